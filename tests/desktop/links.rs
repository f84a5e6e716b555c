//! Links that strangers wrote, each of them clicked in the app's own window: what is opened goes to the system's own program as a
//! whole and plain address, everything else goes nowhere, and the window stays where it is.

/// The name by which machines without a screen leave these out.
mod desktop {
    use std::time::Instant;

    use fantoccini::Locator;
    use fantoccini::actions::{MOUSE_BUTTON_LEFT, MOUSE_BUTTON_MIDDLE};
    use fantoccini::elements::Element;
    use serde::Deserialize;
    use serde_json::{Value, json};

    use crate::canary::Canary;
    use crate::harness::{Desktop, PATIENCE};
    use crate::post::post;

    /// An address, and what may become of it.
    #[derive(Deserialize)]
    struct Address {
        name: String,
        text: String,
        /// It may be followed by a click.
        link: bool,
        /// The host that it leads to.
        shows: Option<String>,
        /// What is opened, where that is not all of it.
        opens: Option<String>,
    }

    #[derive(Deserialize)]
    struct Family {
        vectors: Vec<Address>,
    }

    /// Every address, calling out to this host.
    fn addresses(host: &str) -> Vec<Address> {
        let family: Family = serde_json::from_str(include_str!("../hostile/vectors/urls.json")).unwrap();
        let spoken = |mut one: Address| {
            let canary = format!("http://{host}/{}", one.name);
            let run = format!("fetch(`{canary}`),top.__ran=`{}`", one.name);
            one.text = one.text.replace("{run}", &run).replace("{canary}", &canary).replace("{host}", host);
            one
        };
        family.vectors.into_iter().map(spoken).collect()
    }

    impl Address {
        /// What the system's program is given; its parts are told by a parser of addresses.
        fn opens(&self) -> String {
            if let Some(opens) = &self.opens {
                return opens.clone();
            }
            let url = url::Url::parse(self.text.trim()).unwrap();
            if let Some(shown) = &self.shows {
                let host = url::Url::parse(&format!("http://{shown}/")).unwrap();
                assert_eq!(url.host_str(), host.host_str(), "{}", self.name);
            }
            url.to_string()
        }
    }

    /// Waits until so much was opened, which is all of it.
    async fn opened(desktop: &Desktop, count: usize, name: &str) -> Vec<String> {
        let deadline = Instant::now() + PATIENCE;
        loop {
            let opened = desktop.opened();
            assert!(opened.len() <= count, "{name}: {opened:?}");
            if opened.len() == count {
                return opened;
            }
            assert!(Instant::now() < deadline, "{name} is opened");
            desktop.drawn().await;
        }
    }

    /// The window is where it was, and nothing in it ran.
    async fn stayed(desktop: &Desktop, home: &Value, name: &str) {
        let now = desktop.value("[location.origin, '__ran' in window, location.href]").await;
        assert_eq!(
            (&now[0], &now[1]),
            (home, &json!(false)),
            "{name}: where the page is, and whether it ran: {now}"
        );
        assert_eq!(desktop.windows().await, 1, "{name} opened a window");
    }

    /// A chat whose path and whose words are these addresses.
    async fn tell(desktop: &Desktop, addresses: &[Address]) {
        let overview = desktop.invoke("query", json!({ "name": "overview", "ask": {} })).await.unwrap();
        let sources = overview["sources"].as_array().unwrap();
        let smartsupp = sources.iter().find(|source| source["provider"] == "smartsupp").unwrap();
        let at = 1_767_614_400_000_u64;
        let paths = addresses.iter().map(|one| json!({ "title": one.name, "url": one.text }));
        let chat = json!({
            "accountId": 1, "beginAt": at, "endAt": at + 30_000,
            "channel": { "id": 1, "isChat": true, "isCompleted": true },
            "visitor": { "id": 1, "name": "Anna Berg", "email": "anna@shop.example" },
            "paths": paths.collect::<Value>(),
            "messages": [{ "type": "visitor", "content": "Look at https://words.example/a", "sentAt": at }],
        });
        let url = smartsupp["hook_url"].as_str().unwrap();
        assert_eq!(post(url, chat.to_string().as_bytes()).await.0, 200);
        desktop.shown("[role=listbox] [role=option]").await.click().await.unwrap();
        desktop.shown("ol.transcript a").await;
    }

    /// Every step of the path, as soon as all of it is there.
    async fn steps(desktop: &Desktop, addresses: &[Address]) -> Vec<Element> {
        desktop.shown("ol.transcript a").await;
        let shown = desktop.all(".url").await;
        assert_eq!(shown.len(), addresses.len(), "every step of the path is there");
        shown
    }

    #[tokio::test]
    async fn a_click_on_any_link_opens_it_elsewhere_or_does_nothing() {
        let canary = Canary::start(|_| String::new()).await;
        let desktop = Desktop::start().await;
        let home = desktop.value("location.origin").await;
        let addresses = addresses(&canary.host);
        tell(&desktop, &addresses).await;
        steps(&desktop, &addresses).await;
        assert_eq!(desktop.opened(), [""; 0], "nothing was opened by being shown");
        let mut expected = Vec::new();
        for (at, address) in addresses.iter().enumerate() {
            let step = steps(&desktop, &addresses).await.swap_remove(at);
            let links = step.find_all(Locator::Css("a")).await.unwrap();
            assert_eq!(!links.is_empty(), address.link, "{} is a link", address.name);
            if let Some(link) = links.first() {
                desktop.press(link, MOUSE_BUTTON_LEFT).await;
                expected.push(address.opens());
                expected.sort();
            } else {
                // Like any value it leads to the place in the delivery that it came from, and nowhere else.
                let value = step.find(Locator::Css("[data-origin]")).await.unwrap();
                desktop.press(&value, MOUSE_BUTTON_LEFT).await;
                desktop.shown("[role=tabpanel]").await;
                assert!(desktop.address().await.contains("#/deliveries?"), "{}", address.name);
                desktop.run("history.back()").await;
            }
            assert_eq!(opened(&desktop, expected.len(), &address.name).await, expected, "{}", address.name);
            stayed(&desktop, &home, &address.name).await;
        }
        steps(&desktop, &addresses).await;
        // By other ways than a click of the first button.
        let words = desktop.shown("ol.transcript a").await;
        desktop.press(&words, MOUSE_BUTTON_MIDDLE).await;
        expected.push("https://words.example/a".to_owned());
        expected.sort();
        assert_eq!(opened(&desktop, expected.len(), "the middle button").await, expected);
        words.send_keys("\u{e007}").await.unwrap();
        expected.push("https://words.example/a".to_owned());
        expected.sort();
        assert_eq!(opened(&desktop, expected.len(), "the key").await, expected);
        stayed(&desktop, &home, "the link in the words").await;
        assert!(expected.iter().all(|url| {
            ["http://", "https://", "mailto:"].iter().any(|scheme| url.starts_with(scheme))
                && !url.contains(' ')
        }));
        assert!(canary.heard().is_empty(), "nobody called out: {:?}", canary.heard());
        desktop.end().await;
    }

    /// What the page itself would never show: the window must not rely on it.
    #[tokio::test]
    async fn a_link_that_got_into_the_page_leads_nowhere() {
        let canary = Canary::start(|_| String::new()).await;
        let desktop = Desktop::start().await;
        let home = desktop.value("location.origin").await;
        let mut addresses = addresses(&canary.host);
        // Some lead to the page itself, which the window shows. For what is no address at all, and a backslash is part of
        // none here, WebKit shows an empty page and asks nobody. The page makes a link of none of them.
        let page = url::Url::parse("tauri://localhost/").unwrap();
        let elsewhere = |one: &&Address| {
            let own = |url: url::Url| (url.scheme(), url.host_str()) == ("tauri", page.host_str());
            !one.text.contains('\\') && page.join(&one.text).is_ok_and(|url| !own(url))
        };
        let own = |name: &str, text: String| Address {
            name: name.to_owned(),
            text,
            link: false,
            shows: None,
            opens: None,
        };
        addresses.push(own("canary", format!("http://{}/canary", canary.host)));
        addresses.push(own("canary-data", format!("data:text/html,<img src=http://{}/data>", canary.host)));
        for address in addresses.iter().filter(elsewhere) {
            for target in ["", "_blank", "_top", "other"] {
                let attributes = json!({ "href": address.text, "target": target }).to_string();
                let script = format!(
                    "const link = document.createElement('a'); link.textContent = 'here';
                     for (const [name, value] of Object.entries({attributes})) link.setAttribute(name, value);
                     document.body.append(link); link.click(); link.remove();"
                );
                // The page's own policy answers a script in an address with an error in its console, and goes on.
                desktop.run(&script).await;
            }
            desktop.drawn().await;
            stayed(&desktop, &home, &address.name).await;
        }
        assert_eq!(desktop.opened(), [""; 0], "nothing was opened without being asked for");
        assert!(canary.heard().is_empty(), "nobody called out: {:?}", canary.heard());

        // Nor does the program take the page's word for it.
        let mut expected = Vec::new();
        for address in addresses.iter().filter(|one| !one.name.starts_with("canary")) {
            let answer = desktop.invoke("open_link", json!({ "url": address.text })).await;
            let code = answer.as_ref().err().map(|failure| failure["code"].clone());
            let refused = (!address.link).then(|| json!("link_refused"));
            assert_eq!(code, refused, "{}: {answer:?}", address.name);
            if address.link {
                expected.push(address.opens());
            }
        }
        expected.sort();
        assert_eq!(opened(&desktop, expected.len(), "the last").await, expected);
        desktop.end().await;
    }
}
