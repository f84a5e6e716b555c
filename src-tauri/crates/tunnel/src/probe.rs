//! Proves that a public address leads to our own door: a question that nobody can know goes out through it, and only the
//! door of this very run can answer it.

use std::collections::BTreeSet;
use std::fmt::Debug;
use std::future::Future;
use std::pin::Pin;
use std::sync::{Mutex, PoisonError};

use data_encoding::HEXLOWER;
use hmac::{Hmac, KeyInit as _, Mac as _};
use sha2::Sha256;
use url::Url;

use crate::Trouble;

/// An answer on its way.
pub type Asking = Pin<Box<dyn Future<Output = Result<Vec<u8>, String>> + Send>>;

/// Asks over the public network. It alone decides what may be asked: addresses that are never reached, names that lead
/// to this machine, redirects.
pub trait Asker: Debug + Send + Sync + 'static {
    /// The body of a 200 to a GET, or why there is none. `chosen` when a person named this very host.
    fn ask(&self, url: Url, chosen: bool) -> Asking;
}

/// An address of our door as the public network sees it. The public address may have a path of its own.
#[must_use]
pub fn below(base: &Url, path: &str) -> Option<Url> {
    Url::parse(&format!("{}{path}", base.as_str().trim_end_matches('/'))).ok()
}

/// The questions of one run, and how its door answers them.
#[derive(Debug)]
pub struct Probe {
    key: Hmac<Sha256>,
    /// Only what was asked is answered: to everybody else the door says nothing.
    asked: Mutex<BTreeSet<String>>,
}

impl Probe {
    /// The path of the one route beside the hook addresses.
    pub const PATH: &'static str = "/probe/";

    /// With a key of this run.
    #[must_use]
    pub fn new(key: &[u8; 32]) -> Self {
        let key = Hmac::<Sha256>::new_from_slice(key).unwrap_or_else(|_| unreachable!("HMAC takes any key"));
        Self { key, asked: Mutex::default() }
    }

    /// What the door answers to a question; `None` to what nobody here asked.
    #[must_use]
    pub fn answer(&self, nonce: &str) -> Option<String> {
        self.asked().contains(nonce).then(|| HEXLOWER.encode(&self.of(nonce).finalize().into_bytes()))
    }

    /// Asks through the public address and checks what comes back, in constant time.
    ///
    /// # Errors
    /// With what came back instead.
    pub async fn prove(
        &self,
        asker: &dyn Asker,
        base: &Url,
        chosen: bool,
        nonce: &[u8; 16],
    ) -> Result<(), Trouble> {
        let nonce = HEXLOWER.encode(nonce);
        let url = below(base, &format!("{}{nonce}", Self::PATH))
            .ok_or_else(|| Trouble::passing("not_reachable", "The public address takes no path."))?;
        let _asked = Asked::new(self, nonce.clone());
        let answered = asker.ask(url, chosen).await.map_err(|why| Trouble::passing("not_reachable", why))?;
        let digits = answered.get(..64).unwrap_or(&answered);
        let proof = HEXLOWER.decode(digits).unwrap_or_default();
        let proved = answered.len() == 64 && self.of(&nonce).verify_slice(&proof).is_ok();
        proved.then_some(()).ok_or_else(|| {
            let said = "Something else than this program answers at the public address.";
            Trouble::passing("answered_by_another", said)
        })
    }

    fn of(&self, nonce: &str) -> Hmac<Sha256> {
        self.key.clone().chain_update(nonce)
    }

    fn asked(&self) -> std::sync::MutexGuard<'_, BTreeSet<String>> {
        self.asked.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A question that is on its way. Once it is dropped, the door does not know it any more.
struct Asked<'a> {
    probe: &'a Probe,
    nonce: String,
}

impl<'a> Asked<'a> {
    fn new(probe: &'a Probe, nonce: String) -> Self {
        probe.asked().insert(nonce.clone());
        Self { probe, nonce }
    }
}

impl Drop for Asked<'_> {
    fn drop(&mut self) {
        self.probe.asked().remove(&self.nonce);
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::{Asker, Asking, Probe};
    use url::Url;

    #[test]
    fn a_public_address_may_have_a_path() {
        let below = |base: &str| {
            super::below(&base.parse().expect("a URL"), "/h/any/token").expect("a URL").to_string()
        };
        assert_eq!(below("https://a.example"), "https://a.example/h/any/token");
        assert_eq!(below("https://a.example/hooks/"), "https://a.example/hooks/h/any/token");
    }

    /// Answers as the door of `probe` would, changed by `change`.
    #[derive(Debug)]
    struct Door {
        probe: Arc<Probe>,
        change: fn(String) -> Result<Vec<u8>, String>,
    }

    impl Asker for Door {
        fn ask(&self, url: Url, _: bool) -> Asking {
            let nonce = url.path().strip_prefix("/somewhere/probe/").expect("the route").to_owned();
            let answer = self.probe.answer(&nonce).unwrap_or_default();
            let answered = (self.change)(answer);
            Box::pin(async move { answered })
        }
    }

    async fn check(change: fn(String) -> Result<Vec<u8>, String>, own_door: bool) -> Option<&'static str> {
        let probe = Arc::new(Probe::new(&[7; 32]));
        let other = Arc::new(Probe::new(&[8; 32]));
        let door = Door { probe: if own_door { probe.clone() } else { other }, change };
        let base = "https://example.com/somewhere".parse().expect("a URL");
        let proved = probe.prove(&door, &base, false, &[1; 16]).await;
        assert!(probe.asked().is_empty(), "a question that was asked is forgotten");
        proved.err().map(|trouble| trouble.code)
    }

    #[tokio::test]
    async fn only_the_door_of_this_run_proves_the_address() {
        assert_eq!(check(|answer| Ok(answer.into_bytes()), true).await, None);
        assert_eq!(check(|answer| Ok(answer.into_bytes()), false).await, Some("answered_by_another"));
        assert_eq!(check(|_| Err("530".to_owned()), true).await, Some("not_reachable"));
        for change in [
            |_| Ok(b"<html>Are you human?</html>".to_vec()),
            |_| Ok(Vec::new()),
            |answer: String| Ok(answer.as_bytes()[..63].to_vec()),
            |answer: String| Ok(format!("{answer}\n").into_bytes()),
            |answer: String| Ok(answer.to_uppercase().into_bytes()),
            |answer: String| Ok(answer.replace(|_: char| true, "0").into_bytes()),
        ] {
            assert_eq!(check(change, true).await, Some("answered_by_another"));
        }
    }

    #[test]
    fn strangers_learn_nothing_at_the_route() {
        let probe = Probe::new(&[7; 32]);
        assert_eq!(probe.answer(&"0".repeat(32)), None, "what nobody asked is not answered");
    }
}
