//! What every page of the sandbox is built with.

use axum::response::{Html, IntoResponse, Response};
use http::HeaderValue;
use http::header::CONTENT_SECURITY_POLICY;

/// The style of every page.
pub(crate) const STYLE: &str = "body{font:16px/1.5 system-ui,sans-serif;max-width:60rem;margin:2rem auto;padding:0 1rem;\
color:#1f2937}table{border-collapse:collapse;width:100%}th,td{text-align:left;padding:.4rem .6rem;\
border-bottom:1px solid #e5e7eb;vertical-align:top}code{background:#f3f4f6;padding:.1rem .3rem}\
button{font:inherit;padding:.5rem 1.2rem;margin-right:.5rem;border:0;border-radius:.4rem;cursor:pointer;\
background:#e5e7eb}button.pay{background:#1d4ed8;color:#fff}form{display:inline}.status{font-weight:700}\
.chat{background:#dbe7f3;padding:1rem;border-radius:.6rem}.bubble{background:#fff;border-radius:.8rem;\
padding:.5rem .8rem;max-width:32rem;width:fit-content;margin-top:.6rem}.bubble small{color:#6b7280}\
.bubble img{max-width:100%;display:block;border-radius:.4rem}.text{white-space:pre-wrap;overflow-wrap:anywhere}\
.text blockquote{border-left:.2rem solid #1d4ed8;margin:0;padding-left:.6rem}pre{background:#f3f4f6;\
padding:.6rem;overflow:auto;white-space:pre-wrap}.keyboard{max-width:32rem}.row{display:flex;gap:.3rem;\
margin-top:.3rem}.button{flex:1;text-align:center;background:#8fb1d3;color:#fff;padding:.4rem;\
border-radius:.5rem;text-decoration:none}.spoiler{cursor:pointer}.spoiler input{display:none}\
.spoiler span{background:#6b7280;color:transparent;border-radius:.2rem}\
.spoiler input:checked+span{background:none;color:inherit}\
.bubble.mine{background:#d9fdd3;margin-left:auto}iframe.chat{width:100%;height:65vh;border:0;border-radius:.6rem;\
padding:0;background:#dbe7f3}body.messages{margin:0;padding:0;max-width:none;background:#dbe7f3}\
.newest{height:100vh;overflow:auto;display:flex;flex-direction:column-reverse}body.messages .chat{border-radius:0}.row form{flex:1;display:flex}\
button.button{margin:0;font:inherit}button.button:hover,a.button:hover{background:#6f96c0}.spinning{opacity:.6}\
.button code{background:#fff3;padding:0 .3rem}\
.note{background:#374151;color:#fff;border-radius:.6rem;padding:.3rem .8rem;margin:.4rem 0 0;width:fit-content}\
.note.alert{background:#92400e}.problem{background:#fee2e2;color:#991b1b;border-radius:.4rem;padding:.4rem .8rem}\
.follow{text-align:center;font-size:.8rem;margin:.6rem 0 0}form.say{display:flex;gap:.5rem;margin:.6rem 0}\
form.say input{flex:1;font:inherit;padding:.5rem .8rem;border:1px solid #9ca3af;border-radius:.4rem}\
select,form.new input{font:inherit;padding:.3rem}\
iframe.mail{width:100%;height:40rem;border:1px solid #e5e7eb}";

/// Text with nothing in it that HTML reads as its own.
pub(crate) fn escape(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
        .replace('"', "&quot;")
        .replace('\'', "&#39;")
}

/// A whole page. `title` is escaped, `content` is HTML.
pub(crate) fn page(title: &str, content: &str) -> Html<String> {
    let title = escape(title);
    Html(format!(
        "<!DOCTYPE html>\n<html lang=\"en\"><head><meta charset=\"utf-8\">\
         <meta name=\"viewport\" content=\"width=device-width\"><title>{title}</title>\
         <style>{STYLE}</style></head>\n<body><h1>{title}</h1>\n{content}</body></html>\n"
    ))
}

/// A page that holds what others wrote: whatever came through the escaping could load pictures and nothing else.
pub(crate) fn confined(page: Html<String>) -> Response {
    let policy = "default-src 'none'; style-src 'unsafe-inline'; img-src http: https: data:; frame-src 'self'; \
                  form-action 'none'; base-uri 'none'";
    ([(CONTENT_SECURITY_POLICY, HeaderValue::from_static(policy))], page).into_response()
}

/// `Rp 150.000`
pub(crate) fn rupiah(amount: i64) -> String {
    let digits = amount.unsigned_abs().to_string();
    let mut grouped = String::new();
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            grouped.push('.');
        }
        grouped.push(digit);
    }
    format!("Rp {}{grouped}", if amount < 0 { "-" } else { "" })
}

#[cfg(test)]
mod tests {
    use super::{escape, rupiah};

    #[test]
    fn money_is_grouped_and_text_is_harmless() {
        let shown = [0, 999, 1_000, 150_000, -1_234_567].map(rupiah);
        assert_eq!(shown, ["Rp 0", "Rp 999", "Rp 1.000", "Rp 150.000", "Rp -1.234.567"]);
        assert_eq!(escape("<a href=\"x\">'&'"), "&lt;a href=&quot;x&quot;&gt;&#39;&amp;&#39;");
    }
}
