//! An archive with its door open, and whoever posts to it.

use std::io::{Read as _, Write as _};
use std::net::TcpStream;
use std::time::Instant as Moment;

use afterchat_api::Api;
use afterchat_api::types::{ForwardTargetRow, ForwardTargets, ForwardedAnswer, Overview};
use serde_json::{Value, json};

use crate::target::{PATIENCE, Recorder};

pub(crate) struct House {
    pub(crate) folder: tempfile::TempDir,
    pub(crate) api: Api,
    pub(crate) port: u16,
}

impl House {
    pub(crate) async fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let (api, port) = open(&folder).await;
        Self { folder, api, port }
    }

    /// Another program on the same archive, with a door of its own.
    pub(crate) async fn beside(&self) -> (Api, u16) {
        open(&self.folder).await
    }

    /// Adds a target to the source that detects; `more` overrides what is usual.
    pub(crate) async fn target(&self, name: &str, url: &str, more: Value) -> ForwardTargetRow {
        let added = self
            .api
            .act("add_forward_target", json!({ "source": "any", "settings": settings(name, url, &more) }));
        serde_json::from_value(added.await.unwrap()).unwrap()
    }

    pub(crate) async fn add(&self, recorder: &Recorder, more: Value) -> ForwardTargetRow {
        self.target("target", &recorder.url, more).await
    }

    pub(crate) async fn hook(&self) -> String {
        let overview: Overview =
            serde_json::from_value(self.api.query("overview", json!({})).await.unwrap()).unwrap();
        let source = overview.sources.into_iter().find(|source| source.name == "any").unwrap();
        source.hook_url.splitn(4, '/').nth(3).unwrap().to_owned()
    }

    /// Posts this body and gives back the whole answer.
    pub(crate) async fn post(&self, body: &str) -> String {
        self.send("POST", "Content-Type: application/json\r\n", body.as_bytes()).await
    }

    pub(crate) async fn send(&self, method: &str, lines: &str, body: &[u8]) -> String {
        send(self.port, &self.hook().await, method, lines, body).await
    }

    pub(crate) async fn standing(&self) -> ForwardTargetRow {
        let asked = self.api.query("forward_targets", json!({ "name": "any" })).await.unwrap();
        let targets: ForwardTargets = serde_json::from_value(asked).unwrap();
        targets.rows.into_iter().next().expect("a target")
    }

    /// Waits until the target stands like this.
    pub(crate) async fn until(
        &self,
        what: &str,
        holds: impl Fn(&ForwardTargetRow) -> bool,
    ) -> ForwardTargetRow {
        let deadline = Moment::now() + PATIENCE;
        let mut changes = self.api.changes();
        loop {
            let standing = self.standing().await;
            if holds(&standing) {
                return standing;
            }
            assert!(Moment::now() < deadline, "{what}: {standing:?}");
            let _later = tokio::time::timeout(PATIENCE, changes.changed()).await;
        }
    }

    pub(crate) async fn forwarded(&self, delivery: i64) -> ForwardedAnswer {
        let asked = self.api.query("forwarded", json!({ "id": delivery.to_string() })).await.unwrap();
        serde_json::from_value(asked).unwrap()
    }
}

/// What a person would enter, with `more` in place of what is usual.
pub(crate) fn settings(name: &str, url: &str, more: &Value) -> Value {
    let mut settings = json!({
        "name": name, "url": url, "before": false, "pass_back": false, "deadline": 10,
        "credentials": false, "numbered": true, "quarantined": false,
    });
    for (field, value) in more.as_object().into_iter().flatten() {
        settings[field] = value.clone();
    }
    settings
}

async fn open(folder: &tempfile::TempDir) -> (Api, u16) {
    let path = folder.path().to_owned();
    let api = tokio::task::spawn_blocking(move || Api::open(&path)).await.unwrap().unwrap();
    let port = api.listen(Some(0)).await.unwrap().port;
    (api, port)
}

/// Sends one request over a connection of its own and gives back the whole answer.
pub(crate) async fn send(port: u16, path: &str, method: &str, lines: &str, body: &[u8]) -> String {
    let length = body.len();
    let mut request = format!(
        "{method} /{path} HTTP/1.1\r\nHost: 127.0.0.1\r\n{lines}Content-Length: {length}\r\nConnection: close\r\n\r\n"
    )
    .into_bytes();
    request.extend_from_slice(body);
    let exchange = move || {
        let mut stream = TcpStream::connect(("127.0.0.1", port)).unwrap();
        stream.write_all(&request).unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).unwrap();
        answer
    };
    tokio::task::spawn_blocking(exchange).await.unwrap()
}

/// True for the answer that a service gets when nobody decided otherwise.
pub(crate) fn usual(answer: &str) -> bool {
    answer.starts_with("HTTP/1.1 200") && answer.ends_with(r#"{"result":"ok"}"#)
}
