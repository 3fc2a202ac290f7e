//! A certificate is shown and stored; the key is never shown.

use std::path::PathBuf;

use jiff::Timestamp;
use p12_keystore::{Certificate as Pkcs12Certificate, KeyStore, KeyStoreEntry, PrivateKey, PrivateKeyChain};
use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, DnType, IsCa, KeyPair};
use sandbox::testbed::mutual_tls::{Authority, Identity};
use serde_json::Value;
use x509_parser::pem::Pem;

use super::super::certificate::Certificate;
use super::super::import::{Import, import};
use super::secret;
use crate::dlq::tests::bench::Bench;

const PFX_PASSWORD: &str = "a password of the file";

/// Files of one test, gone with it.
struct Files(PathBuf);

impl Files {
    fn new() -> Self {
        let folder = std::env::temp_dir().join(format!("ops-portmone-{}", uuid::Uuid::new_v4()));
        std::fs::create_dir(&folder).unwrap();
        Self(folder)
    }

    fn put(&self, name: &str, content: impl AsRef<[u8]>) -> PathBuf {
        let path = self.0.join(name);
        std::fs::write(&path, content).unwrap();
        path
    }
}

impl Drop for Files {
    fn drop(&mut self) {
        std::fs::remove_dir_all(&self.0).ok();
    }
}

/// A deployment with the secret `portmone`, and files to import.
struct Desk {
    bench: Bench,
    files: Files,
}

impl Desk {
    async fn start() -> Self {
        let bench = Bench::start().await;
        bench.testbed.secrets.set("test/portmone", &secret());
        Self { bench, files: Files::new() }
    }

    async fn import(&self, wish: &Import) -> anyhow::Result<String> {
        import(&self.bench.deployment, wish, Timestamp::now()).await
    }

    /// Imports PEM, and answers why that is refused.
    async fn refused(&self, pem: &str) -> String {
        let error = self.import(&wish(self.files.put("refused.pem", pem))).await.unwrap_err();
        assert_eq!(self.stored().await, secret(), "{error:#}");
        let words = format!("{error:#}");
        assert!(!words.contains("PRIVATE KEY-----"), "{words}");
        words
    }

    async fn stored(&self) -> Value {
        self.bench.deployment.secrets().batch(&["portmone"]).await.unwrap().get("portmone").unwrap()
    }
}

fn wish(file: PathBuf) -> Import {
    Import { file, password_file: None, key: None, apply: true }
}

fn der(pem: &str) -> Vec<u8> {
    Pem::iter_from_buffer(pem.as_bytes()).next().unwrap().unwrap().contents
}

/// A PKCS #12 as it is issued: with the root.
fn pfx(identity: &Identity, root: &Authority) -> Vec<u8> {
    let certificates = [&identity.certificate_pem, &root.certificate_pem()]
        .map(|pem| Pkcs12Certificate::from_der(&der(pem)).unwrap());
    let key = PrivateKey::from_der(&der(&identity.key_pem)).unwrap();
    let mut store = KeyStore::new();
    let chain = PrivateKeyChain::new(b"1".to_vec(), key, certificates);
    store.add_entry("paydesk", KeyStoreEntry::PrivateKeyChain(chain));
    store.writer(PFX_PASSWORD).write().unwrap()
}

#[tokio::test]
async fn a_pfx_is_shown_first_and_stored_when_that_is_wanted_with_all_other_fields_kept() {
    let (desk, root) = (Desk::start().await, Authority::new("Portmone"));
    let identity = root.client("paydesk");
    let file = desk.files.put("portmone.pfx", pfx(&identity, &root));
    let password_file = Some(desk.files.put("password", format!("{PFX_PASSWORD}\n")));
    let look = Import { password_file: password_file.clone(), apply: false, ..wish(file.clone()) };
    let shown = desk.import(&look).await.unwrap();
    let fingerprint = Certificate::of_pem(&identity.certificate_pem).unwrap().fingerprint.to_string();
    for words in ["subject  CN=paydesk", "issuer   CN=Portmone", &fingerprint, "DRY RUN: nothing was written"]
    {
        assert!(shown.contains(words), "{shown}");
    }
    assert_eq!(desk.stored().await, secret());

    let told = desk.import(&Import { apply: true, ..look }).await.unwrap();
    assert!(
        told.ends_with("it is in test/portmone now, instead of none; functions present it within 5 minutes")
    );
    let stored = desk.stored().await;
    assert_eq!(der(stored["certificatePem"].as_str().unwrap()), der(&identity.certificate_pem));
    assert_eq!(stored["certificatePem"].as_str().unwrap().matches("BEGIN").count(), 1, "without the root");
    let key = stored["privateKeyPem"].as_str().unwrap();
    assert_eq!(der(key), der(&identity.key_pem));
    let mut others = stored.clone();
    (others["certificatePem"], others["privateKeyPem"]) = ("".into(), "".into());
    assert_eq!(others, secret());
    for words in [&shown, &told] {
        assert!(key.lines().all(|line| !words.contains(line)), "{words}");
    }
    let again = desk.import(&Import { password_file, ..wish(file) }).await.unwrap();
    assert!(again.ends_with("it is in test/portmone already: nothing was written"), "{again}");
}

#[tokio::test]
async fn pem_is_taken_whole_or_with_the_key_beside_it() {
    let (desk, root) = (Desk::start().await, Authority::new("Portmone"));
    let (first, second) = (root.client("first"), root.client("second"));
    let told = desk.import(&wish(desk.files.put("both.pem", first.both_pem()))).await.unwrap();
    assert!(told.contains("instead of none"), "{told}");
    let key = Some(desk.files.put("second.key", &second.key_pem));
    let beside = Import { key, ..wish(desk.files.put("second.crt", &second.certificate_pem)) };
    let told = desk.import(&beside).await.unwrap();
    let before = Certificate::of_pem(&first.certificate_pem).unwrap().fingerprint;
    assert!(told.contains("instead of one that is good to ") && told.contains(&before.to_string()), "{told}");
    assert_eq!(der(desk.stored().await["privateKeyPem"].as_str().unwrap()), der(&second.key_pem));
}

#[tokio::test]
async fn the_certificates_between_ours_and_the_root_are_kept_in_order_whatever_else_is_there() {
    let authority = |name: &str| {
        let mut params = CertificateParams::new(Vec::new()).unwrap();
        params.distinguished_name.push(DnType::CommonName, name);
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        params
    };
    let key = || KeyPair::generate().unwrap();
    let root = CertifiedIssuer::self_signed(authority("root"), key()).unwrap();
    let upper = CertifiedIssuer::signed_by(authority("upper"), key(), &root).unwrap();
    let lower = CertifiedIssuer::signed_by(authority("lower"), key(), &upper).unwrap();
    let our_key = key();
    let ours =
        CertificateParams::new(vec!["paydesk".to_owned()]).unwrap().signed_by(&our_key, &lower).unwrap();
    let stranger = Authority::new("stranger").certificate_pem();
    let parts = [root.pem(), upper.pem(), stranger, our_key.serialize_pem(), lower.pem(), ours.pem()];
    let desk = Desk::start().await;
    desk.import(&wish(desk.files.put("chain.pem", parts.concat()))).await.unwrap();
    let stored = desk.stored().await;
    let stored: Vec<Vec<u8>> = Pem::iter_from_buffer(stored["certificatePem"].as_str().unwrap().as_bytes())
        .map(|pem| pem.unwrap().contents)
        .collect();
    assert_eq!(stored, [ours.pem(), lower.pem(), upper.pem()].map(|pem| der(&pem)));
}

#[tokio::test]
async fn what_could_not_be_presented_is_refused_and_nothing_is_written() {
    let (desk, root) = (Desk::start().await, Authority::new("Portmone"));
    let (ours, other) = (root.client("ours"), root.client("other"));
    for (pem, why) in [
        (format!("{}{}", ours.certificate_pem, other.key_pem), "no certificate in it belongs to the key"),
        (root.expired_client("old").both_pem(), "the certificate was good until 2019-12-31"),
        (ours.certificate_pem.clone(), "there has to be one private key"),
        (format!("{}{}", ours.both_pem(), other.key_pem), "there has to be one private key"),
        (ours.key_pem.clone(), "there is no certificate in it"),
        (ours.both_pem().replace("PRIVATE KEY", "ENCRYPTED PRIVATE KEY"), "the key is encrypted"),
        ("nothing of the kind".to_owned(), "there has to be one private key"),
        (format!("{}-----BEGIN CERTIFICATE-----\n????", ours.key_pem), "neither PKCS #12 nor PEM"),
    ] {
        let refused = desk.refused(&pem).await;
        assert!(refused.contains(why), "{why}: {refused}");
    }
}

#[tokio::test]
async fn a_pfx_opens_with_its_password_alone() {
    let (desk, root) = (Desk::start().await, Authority::new("Portmone"));
    let whole = pfx(&root.client("paydesk"), &root);
    let file = desk.files.put("portmone.pfx", &whole);
    let password_file = Some(desk.files.put("password", "another"));
    for wish in [Import { password_file, ..wish(file.clone()) }, wish(file.clone())] {
        let error = format!("{:#}", desk.import(&wish).await.unwrap_err());
        assert!(error.contains("the password is wrong"), "{error}");
    }
    let half = desk.files.put("half.pfx", &whole[..whole.len() / 2]);
    let error = format!("{:#}", desk.import(&wish(half)).await.unwrap_err());
    assert!(error.contains("no PKCS #12"), "{error}");
    let missing = format!("{:#}", desk.import(&wish(PathBuf::from("/nowhere.pfx"))).await.unwrap_err());
    assert!(missing.starts_with("/nowhere.pfx cannot be read"), "{missing}");
    assert_eq!(desk.stored().await, secret());
}

#[tokio::test]
async fn without_the_secret_of_the_stack_nothing_is_made() {
    let (desk, root) = (Desk::start().await, Authority::new("Portmone"));
    desk.bench.testbed.secrets.remove("test/portmone");
    let file = desk.files.put("both.pem", root.client("paydesk").both_pem());
    let error = format!("{:#}", desk.import(&wish(file)).await.unwrap_err());
    assert!(error.contains("secretsmanager:BatchGetSecretValue"), "{error}");
}
