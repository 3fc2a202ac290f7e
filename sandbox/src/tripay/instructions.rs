//! How a channel is paid, step by step, in Indonesian as Tripay has it.

use serde::Serialize;

use super::channels::{Channel, ChannelKind};

/// One way to pay.
#[derive(Debug, PartialEq, Eq, Serialize)]
pub(crate) struct Instruction {
    title: &'static str,
    steps: Vec<String>,
}

/// What is put into the steps. What is missing stays as `{{pay_code}}` or `{{amount}}`.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Filling<'a> {
    pub(crate) pay_code: Option<&'a str>,
    pub(crate) amount: Option<i64>,
    pub(crate) keeps_html: bool,
}

const BANK: [(&str, &[&str]); 2] = [
    (
        "Internet Banking",
        &[
            "Login ke internet banking Anda",
            "Pilih menu <b>Virtual Account</b>",
            "Masukkan kode bayar (<b>{{pay_code}}</b>)",
            "Periksa jumlah Rp {{amount}}, lalu klik <b>Kirim</b>",
        ],
    ),
    (
        "ATM",
        &[
            "Masukkan kartu dan PIN Anda",
            "Pilih <b>Pembayaran / Virtual Account</b>",
            "Masukkan kode bayar (<b>{{pay_code}}</b>) dan tekan <b>Benar</b>",
        ],
    ),
];
const STORE: [(&str, &[&str]); 1] = [(
    "Bayar di kasir",
    &[
        "Datang ke gerai terdekat",
        "Berikan kode bayar <b>{{pay_code}}</b> kepada kasir",
        "Bayar Rp {{amount}}",
    ],
)];
const QR: [(&str, &[&str]); 1] = [(
    "Bayar dengan QRIS",
    &[
        "Buka aplikasi bank atau e-wallet Anda",
        "Pindai kode QR / scan",
        "Periksa jumlah Rp {{amount}} dan bayar",
    ],
)];
const WALLET: [(&str, &[&str]); 1] = [(
    "Bayar dengan e-wallet",
    &["Klik tombol <b>Lanjutkan pembayaran</b>", "Setujui pembayaran Rp {{amount}} di aplikasi"],
)];

/// The instructions of a channel.
pub(crate) fn instructions(channel: &Channel, filling: Filling<'_>) -> Vec<Instruction> {
    let texts: &[(&'static str, &[&str])] = match (channel.kind, channel.group) {
        (ChannelKind::Redirect, _) => &WALLET,
        (ChannelKind::Direct, "Convenience Store") => &STORE,
        (ChannelKind::Direct, "E-Wallet") => &QR,
        (ChannelKind::Direct, _) => &BANK,
    };
    let fill = |step: &&str| {
        let mut text = (*step).to_owned();
        if let Some(pay_code) = filling.pay_code {
            text = text.replace("{{pay_code}}", pay_code);
        }
        if let Some(amount) = filling.amount {
            text = text.replace("{{amount}}", &amount.to_string());
        }
        if filling.keeps_html { text } else { text.replace("<b>", "").replace("</b>", "") }
    };
    texts
        .iter()
        .map(|(title, steps)| Instruction { title, steps: steps.iter().map(fill).collect() })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::{Filling, instructions};
    use crate::tripay::channels::channel;

    #[test]
    fn what_is_known_is_filled_in_and_the_rest_stays() {
        let bank = channel("BRIVA").unwrap();
        let filled = Filling { pay_code: Some("123"), amount: None, keeps_html: true };
        let steps = &instructions(bank, filled)[0].steps;
        assert_eq!(steps[2], "Masukkan kode bayar (<b>123</b>)");
        assert_eq!(steps[3], "Periksa jumlah Rp {{amount}}, lalu klik <b>Kirim</b>");
        let bare = Filling { pay_code: None, amount: Some(5_000), keeps_html: false };
        let steps = &instructions(bank, bare)[0].steps;
        assert_eq!(steps[2], "Masukkan kode bayar ({{pay_code}})");
        assert_eq!(steps[3], "Periksa jumlah Rp 5000, lalu klik Kirim");
    }
}
