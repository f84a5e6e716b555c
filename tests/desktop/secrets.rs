//! What is secret is told by no log of the desktop program, and by no file beside its archive, however much it says of itself.

/// The name by which machines without a screen leave these out.
mod desktop {
    use data_encoding::{BASE64, HEXLOWER};
    use fantoccini::actions::MOUSE_BUTTON_LEFT;
    use serde_json::{Value, json};
    use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
    use tokio::net::TcpStream;

    use crate::harness::{Desktop, PATIENCE};

    /// What is entered, and what comes with a request: each is a word of its own.
    const ENTERED: [&str; 4] = ["signing", "history", "tunnel", "targetquery"];
    const SENT: [&str; 6] = ["bearer", "cookie", "query", "body", "link", "refusedlink"];

    fn canary(kind: &str) -> String {
        format!("canary{kind}0815")
    }

    /// The kinds of what stands in these bytes, raw or encoded.
    fn found(bytes: &[u8], secrets: &[(String, String)]) -> Vec<String> {
        let text = String::from_utf8_lossy(bytes);
        let stands = |secret: &str| {
            let shifts = (0..3).map(|shift| {
                let bytes = [vec![0; shift], secret.as_bytes().to_vec()].concat();
                // The digits that hold bits of these letters only.
                BASE64.encode(&bytes)[(8 * shift).div_ceil(6)..8 * bytes.len() / 6].to_owned()
            });
            let ways = [secret.to_owned(), HEXLOWER.encode(secret.as_bytes())].into_iter().chain(shifts);
            ways.into_iter().any(|way| text.contains(&way))
        };
        secrets.iter().filter(|(_, secret)| stands(secret)).map(|(kind, _)| kind.clone()).collect()
    }

    async fn send(url: &str, body: &str) -> String {
        let url = url::Url::parse(url).unwrap();
        let address = format!("{}:{}", url.host_str().unwrap(), url.port().unwrap());
        let mut socket = TcpStream::connect(&address).await.unwrap();
        let request = format!(
            "POST {}?access_token={} HTTP/1.1\r\nHost: {address}\r\nAuthorization: Bearer {}\r\nCookie: session={}\r\n\
             Content-Length: {}\r\nConnection: close\r\n\r\n{body}",
            url.path(),
            canary("query"),
            canary("bearer"),
            canary("cookie"),
            body.len()
        );
        socket.write_all(request.as_bytes()).await.unwrap();
        let mut answer = String::new();
        socket.read_to_string(&mut answer).await.unwrap();
        answer
    }

    async fn act(desktop: &Desktop, name: &str, ask: Value) -> Value {
        let done = desktop.invoke("act", json!({ "name": name, "ask": ask })).await;
        done.unwrap_or_else(|failure| panic!("{name}: {failure}"))
    }

    async fn row(desktop: &Desktop, name: &str) -> Value {
        let overview = desktop.invoke("query", json!({ "name": "overview", "ask": {} })).await.unwrap();
        let mut rows = overview["sources"].as_array().unwrap().clone().into_iter();
        rows.find(|row| row["name"] == name).unwrap()
    }

    /// Enters everything secret that can be entered.
    async fn enter(desktop: &Desktop) {
        let ask = json!({ "source": "tawkto", "label": "planted", "secret": canary("signing") });
        act(desktop, "add_secret", ask).await;
        let entered = json!({ "account": "208", "user": "", "part": "", "base": "http://127.0.0.1:9/",
            "conversations": "", "messages": "", "tag": "", "chat_url": "" });
        let ask = json!({ "service": "snapengage", "token": canary("history"), "entered": entered });
        act(desktop, "enter_history", ask).await;
        let fields = json!({ "server": "", "key": "", "bind": "", "public_url": "https://hooks.example",
            "command": "", "url_pattern": "", "ready_pattern": "", "http2": false });
        let ask = json!({ "kind": "cloudflared_named", "fields": fields, "secret": canary("tunnel") });
        act(desktop, "enter_tunnel", ask).await;
        // Nobody listens there, so that the failure is told somewhere.
        let url = format!("http://127.0.0.1:9/?api_key={}", canary("targetquery"));
        let settings = json!({ "name": "", "url": url, "before": false, "pass_back": false, "deadline": 5,
            "credentials": true, "numbered": false, "quarantined": true });
        act(desktop, "add_forward_target", json!({ "source": "smartsupp", "settings": settings })).await;
        act(desktop, "fetch_history", json!({ "service": "snapengage", "go_on": false })).await;
        // What it answers to wrong questions is not for its log either.
        for (command, ask) in [
            (
                "act",
                json!({ "name": "add_secret", "ask": { "source": "nobody", "secret": canary("signing") } }),
            ),
            ("act", json!({ "name": "add_secret", "ask": { "source": [canary("signing")] } })),
            ("query", json!({ "name": canary("signing"), "ask": {} })),
            ("query", json!({ "name": "overview" })),
            ("open_link", json!({ "url": format!("javascript:{}", canary("refusedlink")) })),
        ] {
            desktop.invoke(command, ask).await.unwrap_err();
        }
    }

    #[tokio::test]
    async fn no_log_and_no_file_of_the_window_tells_a_secret() {
        let desktop = Desktop::start_talking().await;
        let token = |row: &Value| row["hook_url"].as_str().unwrap().rsplit('/').next().unwrap().to_owned();
        let old = token(&row(&desktop, "smartsupp").await);
        act(&desktop, "rotate_source", json!({ "name": "smartsupp", "overlap_days": 14 })).await;
        enter(&desktop).await;
        let smartsupp = row(&desktop, "smartsupp").await;
        let url = smartsupp["hook_url"].as_str().unwrap();
        let link = format!("https://shop.example/?session={}", canary("link"));
        let chat = |number: u32| {
            json!({ "accountId": 1, "api_token": canary("body"), "beginAt": 1_767_614_400_000_u64, "endAt": 1_767_614_430_000_u64,
                "channel": { "id": number, "isChat": true, "isCompleted": true },
                "visitor": { "id": 1, "name": "Anna Berg", "email": "anna@shop.example" },
                "messages": [{ "type": "visitor", "content": format!("Here: {link}"), "sentAt": 1_767_614_400_000_u64 }] })
        };
        assert!(send(url, &chat(1).to_string()).await.starts_with("HTTP/1.1 200"));
        let by_old = url.replace(&token(&smartsupp), &old);
        assert!(send(&by_old, &chat(2).to_string()).await.starts_with("HTTP/1.1 200"));
        let tawkto = row(&desktop, "tawkto").await;
        assert!(send(tawkto["hook_url"].as_str().unwrap(), "{}").await.starts_with("HTTP/1.1 401"));
        assert!(send(&format!("{url}x"), "{}").await.starts_with("HTTP/1.1 404"));

        // A person reads them, opens the link, and looks at the delivery.
        desktop.shown("[role=listbox] [role=option]").await.click().await.unwrap();
        desktop.press(&desktop.shown("ol.transcript a").await, MOUSE_BUTTON_LEFT).await;
        let deadline = std::time::Instant::now() + PATIENCE;
        while desktop.opened().is_empty() {
            assert!(std::time::Instant::now() < deadline, "the link is opened");
            desktop.drawn().await;
        }
        desktop.run("location.hash = '/deliveries?open=1'").await;
        desktop.shown("[role=tabpanel]").await;

        let mut secrets: Vec<_> =
            ENTERED.iter().chain(&SENT).map(|kind| ((*kind).to_owned(), canary(kind))).collect();
        secrets.push(("hook token".to_owned(), token(&smartsupp)));
        secrets.push(("old token".to_owned(), old));
        secrets.push(("tawkto token".to_owned(), token(&tawkto)));
        let said = desktop.said();
        assert!(
            said.contains(" TRACE ") && said.contains(" afterchat_listener"),
            "it says all it can: {said}"
        );
        assert_eq!(found(said.as_bytes(), &secrets), [""; 0], "{said}");
        let files = desktop.written();
        let told = files.iter().filter(|(path, _)| {
            !path.ends_with("said") && !path.components().any(|part| part.as_os_str() == "opened")
        });
        for (path, bytes) in told {
            assert_eq!(found(bytes, &secrets), [""; 0], "{}", path.display());
        }
        // The search finds what is there.
        let opened = desktop.opened().concat();
        assert_eq!(found(opened.as_bytes(), &secrets), ["link"], "{opened}");
        let files_with_it = files.iter().filter(|(_, bytes)| !found(bytes, &secrets).is_empty()).count();
        assert_eq!(files_with_it, 1, "the stand-in wrote it down, and nobody else");
        desktop.end().await;
    }
}
