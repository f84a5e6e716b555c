//! Every vector of the corpus in WebKit: in the app's own window, and as an exported page in a plain browser.

/// The name by which machines without a screen leave these out.
mod desktop {
    use std::time::Instant;

    use afterchat_archive::export::Format;
    use serde_json::{Value, json};

    use crate::canary::Canary;
    use crate::corpus::{FAMILIES, Vector, becomes, family, filled, services, written};
    use crate::harness::{Desktop, PATIENCE};
    use crate::post::post;
    use crate::recipes::large;

    /// What is wrong in a page, by the list that Chromium is held to as well.
    const LOOKS: &str = include_str!("../browser/looks.js");

    /// What may run or load in one text, everything else in another, calling out to this host.
    fn bundles(host: &str) -> [String; 2] {
        [&FAMILIES[..2], &FAMILIES[2..]].map(|names| {
            let vectors = names.iter().flat_map(|name| family(name));
            vectors.filter_map(|vector| vector.spoken(host)).collect::<Vec<_>>().join("\n")
        })
    }

    async fn looks(desktop: &Desktop) -> Value {
        let expression = LOOKS.split_once("(() =>").unwrap().1.trim_end().trim_end_matches(';');
        desktop.value(&format!("(() =>{expression}")).await
    }

    /// Goes where this leads and waits for the element that is drawn anew there.
    async fn show(desktop: &Desktop, place: &str, element: &str) {
        let old = format!("document.querySelectorAll('{element}').forEach((old) => (old.dataset.old = ''))");
        desktop.run(&format!("{old}; location.hash = '{place}'")).await;
        desktop.shown(&format!("{element}:not([data-old])")).await;
        desktop.drawn().await;
    }

    async fn ask(desktop: &Desktop, name: &str, ask: Value) -> Value {
        desktop.invoke("query", json!({ "name": name, "ask": ask })).await.unwrap()
    }

    #[tokio::test]
    async fn no_vector_runs_calls_out_hides_or_moves_anything_in_the_window() {
        let canary = Canary::start(|_| String::new()).await;
        let desktop = Desktop::start().await;
        let home = desktop.address().await;
        desktop
            .run("window.broken = []; document.addEventListener('securitypolicyviolation', (event) => window.broken.push(event.violatedDirective))")
            .await;
        let overview = ask(&desktop, "overview", json!({})).await;
        let mut sent = 0;
        for service in services() {
            let source =
                overview["sources"].as_array().unwrap().iter().find(|source| source["provider"] == service);
            let url = source.unwrap()["hook_url"].as_str().unwrap();
            for bundle in bundles(&canary.host) {
                sent += 1;
                let name = format!("v-{service}-{sent}");
                assert_eq!(post(url, &filled(service, &name, &bundle)).await.0, 200);
            }
        }
        let deadline = Instant::now() + PATIENCE;
        while ask(&desktop, "overview", json!({})).await["waiting"] != 0 {
            assert!(Instant::now() < deadline, "every delivery is read");
            desktop.drawn().await;
        }
        let rows = ask(&desktop, "conversations", json!({ "view": "everything", "limit": 200 })).await;
        let ids: Vec<&str> =
            rows["rows"].as_array().unwrap().iter().map(|row| row["id"].as_str().unwrap()).collect();
        assert_eq!(ids.len(), sent, "each payload is a conversation");
        for (at, id) in ids.iter().enumerate() {
            if at == ids.len() / 2 {
                desktop.sized(900, 600).await;
            }
            show(&desktop, &format!("/everything?open={id}"), "ol.transcript").await;
            assert_eq!(looks(&desktop).await, json!([]), "conversation {id}");
        }
        for number in 1..=sent {
            show(&desktop, &format!("/deliveries?open={number}"), "[role=tabpanel]").await;
            assert_eq!(looks(&desktop).await, json!([]), "delivery {number}");
            // What may run has the odd numbers; the rest holds letters of all the world, which take seconds to draw.
            if number % 2 == 0 {
                continue;
            }
            let tabs =
                desktop.value("document.querySelectorAll('[role=tab]').length").await.as_u64().unwrap();
            assert!(tabs > 1, "the body is shown in several ways");
            for tab in 1..tabs {
                desktop.run(&format!("document.querySelectorAll('[role=tab]')[{tab}].click()")).await;
                desktop.drawn().await;
                assert_eq!(looks(&desktop).await, json!([]), "delivery {number}, tab {tab}");
            }
        }
        assert_eq!(desktop.value("window.broken").await, json!([]), "the page itself keeps to its policy");
        assert_eq!(desktop.windows().await, 1, "no window opened");
        assert_eq!(desktop.address().await.split('#').next(), home.split('#').next(), "the page stayed");
        assert!(canary.heard().is_empty(), "nobody called out: {:?}", canary.heard());
        desktop.end().await;
    }

    /// Those that become much in a page, in the engine of the window.
    #[tokio::test]
    async fn what_is_much_is_drawn_by_the_window_a_part_at_a_time() {
        const MOST: u64 = 40_000;
        let desktop = Desktop::start().await;
        let overview = ask(&desktop, "overview", json!({})).await;
        let sources = overview["sources"].as_array().unwrap();
        let source = sources.iter().find(|source| source["provider"] == "smartsupp");
        let url = source.unwrap()["hook_url"].as_str().unwrap();
        let taken: Vec<_> = large().into_iter().filter(|one| one.refused.is_none()).collect();
        for one in &taken {
            assert_eq!(post(url, &one.body()).await.0, 200, "{}", one.name);
        }
        let deadline = Instant::now() + PATIENCE;
        while ask(&desktop, "overview", json!({})).await["waiting"] != 0 {
            assert!(Instant::now() < deadline, "every delivery is read");
            desktop.drawn().await;
        }
        let rows = ask(&desktop, "conversations", json!({ "view": "everything" })).await;
        let rows = rows["rows"].as_array().unwrap();
        let conversations = taken.iter().filter(|one| one.becomes.as_deref() == Some("conversation"));
        assert_eq!(rows.len(), conversations.count());
        let elements = "document.querySelectorAll('*').length";
        for row in rows {
            let begun = Instant::now();
            show(&desktop, &format!("/everything?open={}", row["id"].as_str().unwrap()), "ol.transcript")
                .await;
            assert_eq!(looks(&desktop).await, json!([]), "{}", row["visitor_name"]);
            let drawn = desktop.value(elements).await.as_u64().unwrap();
            assert!(drawn < MOST, "{} has {drawn} elements", row["visitor_name"]);
            println!("{}: {:?}, {drawn} elements", row["visitor_name"], begun.elapsed());
        }
        for (at, one) in taken.iter().enumerate() {
            let begun = Instant::now();
            show(&desktop, &format!("/deliveries?open={}", at + 1), "[role=tabpanel]").await;
            let tabs =
                desktop.value("document.querySelectorAll('[role=tab]').length").await.as_u64().unwrap();
            assert!(tabs > 1, "{} is shown in several ways", one.name);
            for tab in 0..tabs {
                desktop.run(&format!("document.querySelectorAll('[role=tab]')[{tab}].click()")).await;
                desktop.drawn().await;
                assert_eq!(looks(&desktop).await, json!([]), "{}, tab {tab}", one.name);
            }
            println!("delivery {}: {:?}", one.name, begun.elapsed());
        }
        assert_eq!(desktop.windows().await, 1, "no window opened");
        desktop.end().await;
    }

    #[tokio::test]
    async fn an_exported_page_of_any_vector_runs_and_loads_nothing_in_webkit() {
        let firing = || FAMILIES[..2].iter().flat_map(|name| family(name)).filter(Vector::fires);
        let quoted = |text: &str| text.replace('&', "&amp;").replace('"', "&quot;");
        // What is heard without protection, so that silence means something.
        let canary = Canary::start(|host| {
            let frame = |vector: Vector| {
                let page = format!("<!doctype html>{}", vector.spoken(host).unwrap());
                format!("<iframe srcdoc=\"{}\"></iframe>", quoted(&page))
            };
            format!("<!doctype html><meta charset=utf-8>{}", firing().map(frame).collect::<String>())
        })
        .await;
        let browser = Desktop::browser().await;
        let deaf = |vector: &Vector| !canary.heard().contains(&vector.name);
        let folder = tempfile::tempdir().unwrap();
        let mut exported = 0;
        for service in services() {
            for (at, bundle) in bundles(&canary.host).into_iter().enumerate() {
                let told = becomes(service, filled(service, "v", &bundle));
                let page = written(&told[0], Format::Html);
                let file = folder.path().join(format!("{service}-{at}.html"));
                std::fs::write(&file, page).unwrap();
                let url = format!("file://{}", file.display());
                browser.open(&url).await;
                browser.drawn().await;
                assert_eq!(browser.address().await, url, "the page leads nowhere by itself");
                assert_eq!(browser.value("'__ran' in window").await, false, "{url}");
                let widths = browser.value("[document.documentElement.scrollWidth, innerWidth]").await;
                assert!(
                    widths[0].as_u64() <= widths[1].as_u64(),
                    "{url} is not wider than the window: {widths}"
                );
                exported += 1;
            }
        }
        assert_eq!(exported, services().len() * 2);
        assert!(canary.heard().is_empty(), "nobody called out: {:?}", canary.heard());

        browser.open(&format!("http://{}/control", canary.host)).await;
        let deadline = Instant::now() + PATIENCE;
        while firing().any(|vector| deaf(&vector)) {
            let silent: Vec<String> = firing().filter(deaf).map(|vector| vector.name).collect();
            assert!(Instant::now() < deadline, "these are heard where nothing protects: {silent:?}");
            browser.drawn().await;
        }
        assert_eq!(browser.value("'__ran' in window").await, true, "and what runs sets the flag");
        browser.end().await;
    }
}
