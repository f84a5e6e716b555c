//! The real desktop window, driven over WebDriver: it starts, hears the door, shows what arrived, and holds its page to the eight
//! commands. Needs a built `afterchat-desktop`; `cargo xtask test` builds it first.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod acl;
mod canary;
#[path = "../hostile/corpus.rs"]
#[allow(dead_code, reason = "the window is shown payloads, the formats are tested elsewhere")]
mod corpus;
mod harness;
mod hostile;
mod links;
mod post;
#[path = "../hostile/large.rs"]
mod recipes;
mod secrets;

/// A module of its own gives these tests a name by which the machines without a screen leave them out.
mod desktop {
    use serde_json::{Value, json};

    use crate::harness::{Desktop, fixture};
    use crate::post::post;

    #[tokio::test]
    async fn a_chat_posted_to_the_door_is_read_in_the_window() {
        let desktop = Desktop::start().await;
        let overview = desktop.invoke("query", json!({ "name": "overview", "ask": {} })).await.unwrap();
        let sources = overview["sources"].as_array().unwrap();
        let smartsupp = sources.iter().find(|source| source["provider"] == "smartsupp").unwrap();

        let answer =
            post(smartsupp["hook_url"].as_str().unwrap(), &fixture("smartsupp/post_hook.json")).await;
        assert_eq!(answer, (200, r#"{"result":"ok"}"#.to_owned()), "a kept delivery has exactly one answer");

        let row = desktop.shown("[role=listbox] [role=option]").await;
        let name = row.attr("aria-label").await.unwrap().unwrap();
        assert!(name.contains("Dusan Kmet"), "the row names the visitor: {name}");
        row.click().await.unwrap();
        // Not WebDriver's own idea of text, which leaves out what may be cut off with an ellipsis.
        let transcript = desktop.shown("ol.transcript").await.prop("textContent").await.unwrap().unwrap();
        for line in ["Hello", "John Doe joined", "This is triggered message", "tanks."] {
            assert!(transcript.contains(line), "{line:?} was said, so it is read: {transcript}");
        }
        desktop.end().await;
    }

    #[tokio::test]
    async fn the_window_is_there_before_the_archive_and_goes_over_into_the_inbox() {
        let held = std::cell::Cell::new(None);
        let desktop = Desktop::start_on(&|archive| {
            // As a program does that repairs the archive, for as long as the test likes.
            let lock = std::fs::File::create(archive.join("archive.lock")).unwrap();
            lock.lock().unwrap();
            held.set(Some(lock));
        })
        .await;
        let title = desktop.shown("main [role=status] h1").await.text().await.unwrap();
        assert_eq!(title, "Another Afterchat program is busy with the archive", "it says why it takes long");
        let now = desktop.invoke("query", json!({ "name": "opening", "ask": {} })).await.unwrap();
        assert_eq!(now, json!({ "opening": { "stage": "waiting" } }));
        for (command, arguments) in [
            ("query", json!({ "name": "overview", "ask": {} })),
            ("act", json!({ "name": "back_up_now", "ask": {} })),
            ("save_export", json!({ "id": "x" })),
            ("save_report", json!({ "work": "1", "format": "csv" })),
            ("save_file", json!({ "work": "1" })),
            ("save_body", json!({ "delivery": "1", "what": "body" })),
            ("import_chosen", json!({ "folder": false })),
        ] {
            let refused = desktop.invoke(command, arguments).await.expect_err(command);
            assert_eq!(refused["code"], "opening", "{command} is answered, and not by a dialog");
        }

        assert!(desktop.start_again().await.success(), "a second start hands over to the first");
        assert_eq!(desktop.windows().await, 1, "which has its window already");

        drop(held.take());
        desktop.shown("nav").await;
        let overview = desktop.invoke("query", json!({ "name": "overview", "ask": {} })).await.unwrap();
        assert_eq!(overview["listener"]["state"], "listening", "the door is open when the inbox is there");
        assert_eq!(desktop.windows().await, 1, "it is the same window");
        desktop.end().await;
    }

    #[tokio::test]
    async fn closing_the_window_before_the_archive_is_open_ends_the_app() {
        let held = std::cell::Cell::new(None);
        let desktop = Desktop::start_on(&|archive| {
            let lock = std::fs::File::create(archive.join("archive.lock")).unwrap();
            lock.lock().unwrap();
            held.set(Some(lock));
        })
        .await;
        desktop.shown("main [role=status] h1").await;
        desktop.end_with_the_app().await;
    }

    #[tokio::test]
    async fn the_page_can_call_nothing_but_its_eight_commands() {
        let desktop = Desktop::start().await;
        let refused: [(&str, Value); 8] = [
            ("plugin:event|emit", json!({ "event": "changed", "payload": 1 })),
            ("plugin:window|close", json!({ "label": "main" })),
            (
                "plugin:webview|create_webview_window",
                json!({ "options": { "label": "other", "url": "https://example.com" } }),
            ),
            ("plugin:opener|open_url", json!({ "url": "https://example.com" })),
            ("plugin:dialog|save", json!({ "options": {} })),
            ("plugin:dialog|open", json!({ "options": { "directory": true } })),
            ("plugin:fs|read_file", json!({ "path": "/etc/passwd" })),
            ("plugin:notification|notify", json!({ "options": { "title": "x" } })),
        ];
        for (command, arguments) in refused {
            let words = desktop.invoke(command, arguments).await.expect_err(command).to_string();
            assert!(
                words.contains("not allowed") || words.contains("not found"),
                "{command} is refused: {words}"
            );
        }
        let refusal = desktop.invoke("open_link", json!({ "url": "file:///etc/passwd" })).await;
        assert_eq!(
            refusal.unwrap_err()["code"],
            "link_refused",
            "a granted command still checks what it is given"
        );
        let refusal = desktop.invoke("act", json!({ "name": "import", "ask": { "paths": ["/etc"] } })).await;
        assert_eq!(refusal.unwrap_err()["code"], "unknown_call", "no path comes from the page");
        let refusal = desktop.invoke("save_report", json!({ "work": "99", "format": "csv" })).await;
        assert_eq!(refusal.unwrap_err()["code"], "not_found", "without a report there is no dialog");
        desktop.end().await;
    }

    #[tokio::test]
    async fn no_command_of_any_plugin_can_be_called() {
        let granted = ["plugin:event|listen", "plugin:event|unlisten"];
        let desktop = Desktop::start().await;
        let mut refused = 0;
        for command in crate::acl::plugin_commands() {
            if granted.contains(&command.as_str()) {
                continue;
            }
            let words = desktop.invoke(&command, json!({})).await.expect_err(&command).to_string();
            assert!(
                words.contains("not allowed") || words.contains("not found"),
                "{command} is refused: {words}"
            );
            refused += 1;
        }
        assert!(refused > 100, "the core alone has more than a hundred commands, {refused} were tried");
        for unlisted in ["erase", "save", "read_file", "plugin:", "plugin:query", "__TAURI__", ""] {
            desktop.invoke(unlisted, json!({})).await.expect_err(unlisted);
        }
        assert_eq!(desktop.windows().await, 1, "nothing was opened or closed");
        desktop.end().await;
    }

    #[tokio::test]
    async fn the_window_never_leaves_its_own_page() {
        let desktop = Desktop::start().await;
        let home = desktop.address().await;
        let overview = desktop.invoke("query", json!({ "name": "overview", "ask": {} })).await.unwrap();
        // The door is a page that can surely be reached.
        let elsewhere = overview["listener"]["url"].as_str().unwrap();
        desktop.run(&format!("window.location.href = '{elsewhere}/'")).await;
        desktop.run(&format!("window.open('{elsewhere}/')")).await;
        desktop.drawn().await;
        desktop.invoke("query", json!({ "name": "overview", "ask": {} })).await.unwrap();
        assert_eq!(desktop.address().await, home, "a link in a conversation must not take the window away");
        assert_eq!(desktop.windows().await, 1, "nor open another one");
        desktop.end().await;
    }
}
