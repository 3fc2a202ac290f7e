//! A client certificate and its key, out of the file in which they were issued: PKCS #12, or PEM.

use anyhow::{Context, bail};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use p12_keystore::Pkcs12Archive;
use p12_keystore::error::Error as Pkcs12Error;
use secrecy::{ExposeSecret, SecretString};
use shared::http_client::{HttpClientError, HttpClients};
use x509_parser::parse_x509_certificate;
use x509_parser::pem::Pem;

use super::certificate::CERTIFICATE;

/// How a file begins that is no PEM: as a sequence of ASN.1.
const SEQUENCE: u8 = 0x30;
/// Letters of a line of PEM.
const LINE: usize = 64;
/// Names of keys that can be used as they are.
const KEYS: [&str; 3] = ["PRIVATE KEY", "RSA PRIVATE KEY", "EC PRIVATE KEY"];

/// What is presented: a certificate that belongs to a key.
#[derive(Debug)]
pub struct ClientIdentity {
    /// The certificate, and behind it those that lead to its root, in PEM.
    pub certificate_pem: String,
    /// Its key, in PEM.
    pub private_key_pem: SecretString,
}

/// All that stands in files.
#[derive(Default)]
struct Found {
    /// In DER.
    certificates: Vec<Vec<u8>>,
    /// In PEM.
    keys: Vec<SecretString>,
}

/// Reads a file, and the one that holds its key where that is another. `http` says what belongs together, as the
/// functions do.
///
/// # Errors
/// When there is no certificate with its key. Says nothing of the key.
pub fn read(
    file: &[u8],
    key_file: Option<&[u8]>,
    password: &SecretString,
    http: &HttpClients,
) -> anyhow::Result<ClientIdentity> {
    let mut found = Found::default();
    for content in [Some(file), key_file].into_iter().flatten() {
        if content.first() == Some(&SEQUENCE) {
            found.add_pkcs12(content, password)?;
        } else {
            found.add_pem(content)?;
        }
    }
    found.identity(http)
}

impl Found {
    fn add_pkcs12(&mut self, content: &[u8], password: &SecretString) -> anyhow::Result<()> {
        let archive = match Pkcs12Archive::from_pkcs12(content, password.expose_secret()) {
            Ok(archive) => archive,
            Err(Pkcs12Error::MacError(_)) => {
                bail!("the password is wrong: --password-file names a file with it")
            }
            Err(error) => bail!("no PKCS #12 that this password opens: {error}"),
        };
        self.certificates.extend(archive.certs.iter().map(|bag| bag.cert.as_der().to_vec()));
        self.keys.extend(archive.keys.iter().map(|bag| pem(KEYS[0], bag.key.as_der()).into()));
        Ok(())
    }

    fn add_pem(&mut self, content: &[u8]) -> anyhow::Result<()> {
        for part in Pem::iter_from_buffer(content) {
            let part = part.ok().context("neither PKCS #12 nor PEM that can be read")?;
            match part.label.as_str() {
                CERTIFICATE => self.certificates.push(part.contents),
                label if KEYS.contains(&label) => self.keys.push(pem(label, &part.contents).into()),
                "ENCRYPTED PRIVATE KEY" => {
                    bail!(
                        "the key is encrypted: `openssl pkcs8 -in key.pem -out plain.pem` asks for its password"
                    )
                }
                _ => {}
            }
        }
        Ok(())
    }

    fn identity(self, http: &HttpClients) -> anyhow::Result<ClientIdentity> {
        let mut keys = self.keys.into_iter();
        let (Some(key), None) = (keys.next(), keys.next()) else {
            bail!("there has to be one private key: in the file, or in another that --key names");
        };
        if self.certificates.is_empty() {
            bail!("there is no certificate in it");
        }
        let belongs = |certificate: &&Vec<u8>| -> Result<(), HttpClientError> {
            http.presenting(&pem(CERTIFICATE, certificate), key.expose_secret(), None, None).map(drop)
        };
        let Some(ours) = self.certificates.iter().find(|certificate| belongs(certificate).is_ok()) else {
            let why = self.certificates.iter().find_map(|certificate| belongs(&certificate).err());
            let why = why.map(|error| error.to_string()).unwrap_or_default();
            bail!("no certificate in it belongs to the key: {why}");
        };
        let chain = chain(ours, &self.certificates)?;
        let certificate_pem = chain.into_iter().map(|certificate| pem(CERTIFICATE, certificate)).collect();
        Ok(ClientIdentity { certificate_pem, private_key_pem: key })
    }
}

/// A certificate, and behind it those that lead to its root, the root left out.
fn chain<'a>(ours: &'a [u8], all: &'a [Vec<u8>]) -> anyhow::Result<Vec<&'a [u8]>> {
    let names = |certificate: &[u8]| -> anyhow::Result<(Vec<u8>, Vec<u8>)> {
        let (_, read) =
            parse_x509_certificate(certificate).ok().context("a certificate in it cannot be read")?;
        Ok((read.subject().as_raw().to_vec(), read.issuer().as_raw().to_vec()))
    };
    let mut chain = vec![ours];
    let (_, mut issuer) = names(ours)?;
    // Each certificate at most once: they may name each other in a circle.
    for _ in all {
        for other in all {
            let (subject, signed_by) = names(other)?;
            if subject == issuer && subject != signed_by && !chain.contains(&other.as_slice()) {
                chain.push(other);
                issuer = signed_by;
            }
        }
    }
    Ok(chain)
}

fn pem(label: &str, content: &[u8]) -> String {
    let text = STANDARD.encode(content);
    let lines = text.as_bytes().chunks(LINE).map(|line| String::from_utf8_lossy(line).into_owned() + "\n");
    format!("-----BEGIN {label}-----\n{}-----END {label}-----\n", lines.collect::<String>())
}
