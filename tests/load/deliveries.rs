//! How long the inspector's list takes on many deliveries: `cargo bench -p afterchat-tests --bench deliveries`.
//!
//! `AFTERCHAT_BENCH` sets how many deliveries there are (100,000 if not given). Figures depend on the machine: compare
//! those of one run with each other, and quote medians.

mod corpus;

use std::time::{Duration, Instant as Moment};

use afterchat_archive::{Archive, DeliveryId, Doubt, Effort, JournalQuestion, Signature};
use afterchat_transcript::query::deliveries::DeliveryQuery;
use afterchat_transcript::{Delivery, DeliveryKind, Header, Instant};
use corpus::Corpus;

/// Pages asked for at random depths.
const PAGES: usize = 500;
/// Times each search is asked.
const TIMES: usize = 5;
/// Deliveries on their way at once, as many connections would bring them.
const AT_ONCE: usize = 256;
/// What stands in one body only.
const RARE: &str = "zanzibar-7";

type Outcome<T> = Result<T, Box<dyn std::error::Error>>;

fn main() -> Outcome<()> {
    let count = std::env::var("AFTERCHAT_BENCH").ok().and_then(|count| count.parse().ok()).unwrap_or(100_000);
    let folder = tempfile::tempdir()?;
    let now = Instant::from_utc(chrono::Utc::now());
    let archive = Archive::open(folder.path(), now)?;
    let bytes = fill(&archive, count, now)?;
    println!("{count} deliveries, {bytes} bytes of bodies");
    pages(&archive, count)?;
    for search in [
        "",
        "source:chatlio",
        "method:put",
        "event:closed",
        "is:conversation",
        "is:quarantined",
        "is:unreadable",
        "signature:wrong",
        "is:pinned",
        "header.x-topic:billing",
        "size:>2k",
        "body:visitor",
        "visitor",
        RARE,
        "body:žluťoučký",
        "id:1-100 visitor",
        "-body:visitor",
    ] {
        searches(&archive, search)?;
    }
    archive.close();
    Ok(())
}

/// A delivery as a service posts it: most are chats, some are changed in a way that a developer would look for.
fn delivery(corpus: &mut Corpus, number: usize, now: Instant) -> Outcome<(Delivery, Option<Signature>)> {
    let mut body = serde_json::to_vec(&corpus.payload(number / 4))?;
    if number == 7 {
        body.extend_from_slice(format!(" // {RARE}").as_bytes());
    }
    if number.is_multiple_of(500) {
        body = b"neither JSON nor a form".to_vec();
    }
    let source = ["smartsupp", "smartsupp", "smartsupp", "chatlio"][number % 4];
    let header = |name: &str, value: &str| Header { name: name.to_owned(), value: value.as_bytes().to_vec() };
    let mut headers = vec![
        header("Host", "hooks.shop.example"),
        header("User-Agent", "Chat-Service-Webhooks/2.1 (+https://chat.example/webhooks)"),
        header("Content-Type", "application/json; charset=utf-8"),
        header("Accept-Encoding", "gzip, deflate, br"),
        header("X-Forwarded-For", "203.0.113.7"),
        header("X-Request-Id", &format!("5f0c-{number:08}")),
    ];
    if number.is_multiple_of(100) {
        headers.push(header("X-Topic", "billing"));
    }
    let doubted = number.is_multiple_of(300);
    let signature = doubted.then(|| Signature {
        doubt: Some(Doubt::Wrong),
        scheme: "X-Signature".to_owned(),
        secret: None,
        refused: true,
        accepted_at: None,
    });
    let delivery = Delivery {
        kind: DeliveryKind::Hook,
        source: source.to_owned(),
        provider: Some("smartsupp".to_owned()),
        method: if number.is_multiple_of(200) { "PUT" } else { "POST" }.to_owned(),
        path: format!("/h/{source}/…"),
        query: None,
        headers,
        body,
        received_at: now,
    };
    Ok((delivery, signature))
}

/// Brings them in and waits until all are read; tells how many bytes their bodies were.
fn fill(archive: &Archive, count: usize, now: Instant) -> Outcome<usize> {
    let mut corpus = Corpus::new();
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    let (mut bytes, mut numbers) = (0, 0..count);
    loop {
        let batch: Vec<_> = numbers
            .by_ref()
            .take(AT_ONCE)
            .map(|number| delivery(&mut corpus, number, now))
            .collect::<Result<_, _>>()?;
        if batch.is_empty() {
            break;
        }
        bytes += batch.iter().map(|(delivery, _)| delivery.body.len()).sum::<usize>();
        runtime.block_on(async {
            let appends = batch.into_iter().map(|(delivery, signature)| {
                let archive = archive.clone();
                tokio::spawn(async move { archive.append_examined(delivery, signature).await })
            });
            for append in appends.collect::<Vec<_>>() {
                append.await??;
            }
            Outcome::Ok(())
        })?;
    }
    let mut changes = archive.changes();
    while archive.progress().map(|progress| progress.done < progress.all)? {
        runtime.block_on(changes.changed())?;
    }
    let pinned: Vec<DeliveryId> =
        (1..=10).filter_map(|tenth| i64::try_from(count * tenth / 10).ok().map(DeliveryId)).collect();
    archive.pin(&pinned, true, now)?;
    Ok(bytes)
}

/// Pages of the list at any depth.
fn pages(archive: &Archive, count: usize) -> Outcome<()> {
    let mut corpus = Corpus::new();
    let mut times = Vec::new();
    for _ in 0..PAGES {
        let before = i64::try_from(100 + corpus.below(count.saturating_sub(100)))?;
        let question = JournalQuestion { before: Some(before), limit: 100, ..JournalQuestion::default() };
        let begun = Moment::now();
        archive.find_deliveries(&question, &DeliveryQuery::default(), Effort::STEP)?;
        times.push(begun.elapsed());
    }
    report("page of 100 at any depth", times);
    Ok(())
}

/// The first page of a search, and all of it in steps.
fn searches(archive: &Archive, search: &str) -> Outcome<()> {
    let query = DeliveryQuery::parse(search);
    let (mut first, mut whole, mut step) = (Vec::new(), Vec::new(), Vec::new());
    let (mut found, mut steps) = (0, 0);
    for _ in 0..TIMES {
        let (begun, mut before) = (Moment::now(), None);
        (found, steps) = (0, 0);
        loop {
            let question = JournalQuestion { before, limit: 100, ..JournalQuestion::default() };
            let asked = Moment::now();
            let page = archive.find_deliveries(&question, &query, Effort::STEP)?;
            step.push(asked.elapsed());
            if steps == 0 {
                first.push(asked.elapsed());
            }
            (found, steps) = (found + page.rows.len(), steps + 1);
            let Some(next) = page.next else { break };
            before = Some(next.0);
            // Reading a list to its end is a search only where something is sought.
            if search.is_empty() || found > 2_000 {
                break;
            }
        }
        whole.push(begun.elapsed());
    }
    report(&format!("{search:?}: first answer"), first);
    report(&format!("{search:?}: slowest and median step"), step);
    report(&format!("{search:?}: {found} found in {steps} steps"), whole);
    Ok(())
}

fn report(what: &str, mut times: Vec<Duration>) {
    times.sort_unstable();
    let at = |share: usize| {
        times.get((times.len() * share / 100).min(times.len().saturating_sub(1))).copied().unwrap_or_default()
    };
    println!(
        "{what:52} {:>9.3} ms median {:>9.3} ms p99",
        at(50).as_secs_f64() * 1e3,
        at(99).as_secs_f64() * 1e3
    );
}
