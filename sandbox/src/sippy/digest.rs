//! HTTP digest (RFC 7616, RFC 2617) with MD5 and `qop=auth`: whether a request proves that its sender knows the password.

use std::collections::HashMap;

use http::header::AUTHORIZATION;
use http::request::Parts;
use http::{HeaderMap, Method, Uri};
use md5::{Digest, Md5};
use subtle::ConstantTimeEq;

use super::{PASSWORD, REALM, USERNAME};

/// What a request with the right credentials was signed with.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Proof {
    pub(super) nonce: String,
    /// How often the client says to have used the nonce, this time included.
    pub(super) count: u32,
}

/// Why a request is not let in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Denial {
    /// Without credentials, or with wrong ones.
    NotProven,
    /// The header is not what the RFC says.
    Malformed,
}

/// Checks all but the nonce.
pub(super) fn prove_parts(parts: &Parts) -> Result<Proof, Denial> {
    prove(&parts.method, &parts.uri, &parts.headers)
}

/// Checks all but the nonce, which may be over, used or never given out.
pub(super) fn prove(method: &Method, uri: &Uri, headers: &HeaderMap) -> Result<Proof, Denial> {
    let mut values = headers.get_all(AUTHORIZATION).iter();
    let value = values.next().ok_or(Denial::NotProven)?;
    let value = value.to_str().ok().filter(|_| values.next().is_none()).ok_or(Denial::Malformed)?;
    let (scheme, rest) = value.split_once(' ').unwrap_or((value, ""));
    if !scheme.eq_ignore_ascii_case("digest") {
        return Err(Denial::NotProven);
    }
    let fields = directives(rest).ok_or(Denial::Malformed)?;
    let field = |name: &str| fields.get(name).map(String::as_str).ok_or(Denial::Malformed);
    let (username, realm, nonce) = (field("username")?, field("realm")?, field("nonce")?);
    let (count_text, cnonce, response) = (field("nc")?, field("cnonce")?, field("response")?);
    let is_md5 = fields.get("algorithm").is_none_or(|algorithm| algorithm.eq_ignore_ascii_case("MD5"));
    let is_for_this = uri.path_and_query().is_some_and(|path| field("uri") == Ok(path.as_str()));
    let count = read_count(count_text).ok_or(Denial::Malformed)?;
    if !is_md5 || !is_for_this || field("qop")? != "auth" || cnonce.is_empty() {
        return Err(Denial::Malformed);
    }
    let secret = hash(&[USERNAME, REALM, PASSWORD]);
    let what = hash(&[method.as_str(), field("uri")?]);
    let expected = hash(&[&secret, nonce, count_text, cnonce, "auth", &what]);
    let is_right = bool::from(expected.as_bytes().ct_eq(response.as_bytes()));
    match is_right && username == USERNAME && realm == REALM {
        true => Ok(Proof { nonce: nonce.to_owned(), count }),
        false => Err(Denial::NotProven),
    }
}

/// Eight hexadecimal digits, from 1.
fn read_count(text: &str) -> Option<u32> {
    let is_count = text.len() == 8 && text.bytes().all(|byte| byte.is_ascii_hexdigit());
    u32::from_str_radix(text, 16).ok().filter(|count| is_count && *count > 0)
}

fn hash(parts: &[&str]) -> String {
    hex::encode(Md5::digest(parts.join(":")))
}

/// `name=value, name="quoted \" value"`; `None` where it is written otherwise or a name comes twice.
fn directives(text: &str) -> Option<HashMap<String, String>> {
    let mut found = HashMap::new();
    let mut rest = text.trim();
    while !rest.is_empty() {
        let (name, after) = rest.split_once('=')?;
        let name = name.trim_end();
        if name.is_empty() || !name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-') {
            return None;
        }
        let (value, after) = directive_value(after.trim_start())?;
        if found.insert(name.to_ascii_lowercase(), value).is_some() {
            return None;
        }
        let after = after.trim_start();
        rest = match after.strip_prefix(',') {
            Some(next) => Some(next.trim_start()).filter(|next| !next.is_empty())?,
            None if after.is_empty() => after,
            None => return None,
        };
    }
    Some(found)
}

/// One value, and what comes behind it.
fn directive_value(text: &str) -> Option<(String, &str)> {
    let Some(quoted) = text.strip_prefix('"') else {
        let end = text.find([',', ' ', '\t']).unwrap_or(text.len());
        let value = &text[..end];
        return (!value.is_empty() && !value.contains('"')).then(|| (value.to_owned(), &text[end..]));
    };
    let mut value = String::new();
    let mut characters = quoted.char_indices();
    while let Some((place, character)) = characters.next() {
        match character {
            '"' => return Some((value, &quoted[place + 1..])),
            '\\' => value.push(characters.next()?.1),
            other => value.push(other),
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use http::header::AUTHORIZATION;
    use http::{HeaderMap, HeaderValue, Method, Uri};

    use super::{Denial, Proof, directives, hash, prove};

    /// What a client sends that knows the password, or another one.
    fn signed(password: &str, fields: &str) -> String {
        let secret = hash(&["sandbox-sippy-user", "Sippy", password]);
        let what = hash(&["POST", "/sippy/xmlapi/xmlapi"]);
        let response = hash(&[&secret, "n1", "0000000a", "c1", "auth", &what]);
        format!(
            "Digest username=\"sandbox-sippy-user\", realm=\"Sippy\", nonce=\"n1\", \
             uri=\"/sippy/xmlapi/xmlapi\", response=\"{response}\", qop=auth, nc=0000000a, cnonce=\"c1\"{fields}"
        )
    }

    fn proven(value: &str) -> Result<Proof, Denial> {
        let mut headers = HeaderMap::new();
        headers.insert(AUTHORIZATION, HeaderValue::from_str(value).unwrap());
        prove(&Method::POST, &Uri::from_static("/sippy/xmlapi/xmlapi"), &headers)
    }

    #[test]
    fn the_example_of_the_rfc_has_the_response_that_the_rfc_says() {
        let secret = hash(&["Mufasa", "http-auth@example.org", "Circle of Life"]);
        let what = hash(&["GET", "/dir/index.html"]);
        let (nonce, cnonce) =
            ("7ypf/xlj9XXwfDPEoM4URrv/xwf94BcCAzFZH4GiTo0v", "f2/wE4q74E6zIJEtWaHKaf5wv/H5QzzpXusqGemxURZJ");
        let response = hash(&[&secret, nonce, "00000001", cnonce, "auth", &what]);
        assert_eq!(response, "8ca523f5e9506fed4657c9700eebdbec");
    }

    #[test]
    fn whoever_knows_the_password_proves_it() {
        let right = "sandbox-sippy-api-password-0000";
        let expected = Ok(Proof { nonce: "n1".to_owned(), count: 10 });
        assert_eq!(proven(&signed(right, "")), expected);
        assert_eq!(proven(&signed(right, ", algorithm=MD5, opaque=\"x\\\"y\"")), expected);
        assert_eq!(proven(&signed(right, "").replacen("Digest", "digest", 1)), expected);
    }

    #[test]
    fn whoever_does_not_is_told_apart_from_whoever_writes_nonsense() {
        let right = signed("sandbox-sippy-api-password-0000", "");
        let not_proven = [
            signed("wrong", ""),
            right.replace("nonce=\"n1\"", "nonce=\"n2\""),
            right.replace("nc=0000000a", "nc=0000000b"),
            right.replace("cnonce=\"c1\"", "cnonce=\"c2\""),
            right.replace("realm=\"Sippy\"", "realm=\"sippy\""),
            right.replace("username=\"sandbox-sippy-user\"", "username=\"somebody\""),
            "Basic c2FuZGJveDp4".to_owned(),
        ];
        for value in not_proven {
            assert_eq!(proven(&value), Err(Denial::NotProven), "{value}");
        }
        let malformed = [
            right.replace("uri=\"/sippy/xmlapi/xmlapi\"", "uri=\"/xmlapi/xmlapi\""),
            right.replace("qop=auth", "qop=auth-int"),
            right.replace(", qop=auth", ""),
            right.replace("nc=0000000a", "nc=a"),
            right.replace("nc=0000000a", "nc=00000000"),
            right.replace("cnonce=\"c1\"", "cnonce=\"\""),
            format!("{right}, algorithm=SHA-256"),
            format!("{right}, nc=0000000a"),
            format!("{right},"),
            "Digest".to_owned(),
            "Digest username=\"sandbox".to_owned(),
        ];
        for value in malformed {
            assert_eq!(proven(&value), Err(Denial::Malformed), "{value}");
        }
        let nobody = prove(&Method::POST, &Uri::from_static("/"), &HeaderMap::new());
        assert_eq!(nobody, Err(Denial::NotProven));
    }

    #[test]
    fn directives_are_read_as_they_are_quoted() {
        let found = directives(r#"a="x, \"y\" = z" , B=c"#).unwrap();
        assert_eq!((found["a"].as_str(), found["b"].as_str()), ("x, \"y\" = z", "c"));
        for text in ["a", "a=", "=b", "a=\"b", "a=b c=d", "a=b\"c\"", "a=b,, c=d", "a\"=b"] {
            assert_eq!(directives(text), None, "{text}");
        }
    }
}
