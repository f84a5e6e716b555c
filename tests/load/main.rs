//! What the archive does in which time, on seeded conversations: `cargo bench -p afterchat-tests --bench load`.
//!
//! `AFTERCHAT_BENCH=door` measures only durable answers through the door. Otherwise `AFTERCHAT_BENCH` sets how many
//! conversations there are (20,000 if not given). Figures depend on the machine: compare those of one run with each
//! other, and quote medians.

mod corpus;
mod door;

use std::time::{Duration, Instant as Moment};

use afterchat_archive::{Archive, ListQuestion, View};
use afterchat_transcript::model::ConversationId;
use afterchat_transcript::query::Query;
use afterchat_transcript::{Delivery, DeliveryKind, Instant};
use corpus::Corpus;

/// Questions of each class.
const QUESTIONS: usize = 300;
/// Deliveries on their way at once, as many connections would bring them.
const AT_ONCE: usize = 64;

/// What is searched for in each question of a class.
type Class = (&'static str, fn(&mut Corpus) -> String);
type Outcome<T> = Result<T, Box<dyn std::error::Error>>;

fn main() -> Outcome<()> {
    let asked = std::env::var("AFTERCHAT_BENCH").ok();
    door::compare(Instant::from_utc(chrono::Utc::now()))?;
    if asked.as_deref() == Some("door") {
        return Ok(());
    }
    let count = asked.and_then(|count| count.parse().ok()).unwrap_or(20_000);
    let folder = tempfile::tempdir()?;
    let now = Instant::from_utc(chrono::Utc::now());
    let archive = Archive::open(folder.path(), now)?;
    let mut corpus = Corpus::new();
    println!("{count} conversations of 8 messages");
    let bytes = fill(&archive, &mut corpus, count, now)?;
    durable_answers(&archive, &mut corpus, count, now)?;
    searches(&archive, &mut corpus)?;
    lists(&archive, &mut corpus, count)?;
    archive.close();
    let kept: u64 = std::fs::read_dir(folder.path())?
        .flatten()
        .flat_map(|entry| entry.metadata())
        .map(|file| file.len())
        .sum();
    println!("{:42} {:>9.2}", "archive on disk / payload bytes", ratio(kept, bytes));
    Ok(())
}

fn delivery(body: Vec<u8>, now: Instant) -> Delivery {
    Delivery {
        kind: DeliveryKind::Hook,
        source: "smartsupp".to_owned(),
        provider: Some("smartsupp".to_owned()),
        method: "POST".to_owned(),
        path: "/h/smartsupp/…".to_owned(),
        query: None,
        headers: Vec::new(),
        body,
        received_at: now,
    }
}

/// Brings all conversations in and waits until they can be searched; tells how many bytes they were.
fn fill(archive: &Archive, corpus: &mut Corpus, count: usize, now: Instant) -> Outcome<u64> {
    let bodies: Vec<Vec<u8>> =
        (0..count).map(|number| serde_json::to_vec(&corpus.payload(number))).collect::<Result<_, _>>()?;
    let bytes = bodies.iter().map(|body| body.len() as u64).sum();
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    let begun = Moment::now();
    let mut bodies = bodies.into_iter();
    loop {
        let batch: Vec<_> = bodies.by_ref().take(AT_ONCE).collect();
        if batch.is_empty() {
            break;
        }
        runtime.block_on(async {
            let appends = batch.into_iter().map(|body| {
                let archive = archive.clone();
                tokio::spawn(async move { archive.append(delivery(body, now)).await })
            });
            for append in appends.collect::<Vec<_>>() {
                append.await??;
            }
            Outcome::Ok(())
        })?;
    }
    rate("durable answers, 64 at once, while reading", count, begun.elapsed());
    settle(archive)?;
    rate("until the last one can be searched", count, begun.elapsed());
    Ok(bytes)
}

fn settle(archive: &Archive) -> Outcome<()> {
    let mut changes = archive.changes();
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    while archive.progress().map(|progress| progress.done < progress.all)? {
        runtime.block_on(changes.changed())?;
    }
    Ok(())
}

fn durable_answers(archive: &Archive, corpus: &mut Corpus, count: usize, now: Instant) -> Outcome<()> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let mut times = Vec::new();
    for number in count..count + QUESTIONS {
        let body = serde_json::to_vec(&corpus.payload(number))?;
        let begun = Moment::now();
        runtime.block_on(archive.append(delivery(body, now)))?;
        times.push(begun.elapsed());
    }
    report("durable answer, one after another", times);
    settle(archive)
}

fn searches(archive: &Archive, corpus: &mut Corpus) -> Outcome<()> {
    let classes: [Class; 8] = [
        ("search: rare word", |corpus| format!("{} ", rare(corpus))),
        ("search: common word", |corpus| format!("{} ", common(corpus))),
        ("search: two common words", |corpus| format!("{} {} ", common(corpus), common(corpus))),
        ("search: prefix of 1 letter", |corpus| prefix(corpus, 1)),
        ("search: prefix of 3 letters", |corpus| prefix(corpus, 3)),
        ("search: prefix of 5 letters", |corpus| prefix(corpus, 5)),
        ("search: common word and a prefix of 3", |corpus| {
            format!("{} {}", common(corpus), prefix(corpus, 3))
        }),
        ("search: phrase of two common words", |corpus| {
            format!("\"{} {}\" ", common(corpus), common(corpus))
        }),
    ];
    for (class, search) in classes {
        let mut times = Vec::new();
        for _ in 0..QUESTIONS {
            let query = Query::parse(&search(corpus));
            let begun = Moment::now();
            let rows = archive.conversations(&ListQuestion {
                view: View::Everything,
                query,
                provider: None,
                before: None,
                limit: 50,
            })?;
            let positions: Vec<i64> = rows.iter().map(|row| row.position).collect();
            // The words around each hit need the transcripts.
            archive.transcripts_at(&positions)?;
            times.push(begun.elapsed());
        }
        report(class, times);
    }
    Ok(())
}

fn common(corpus: &mut Corpus) -> String {
    let rank = corpus.below(10);
    corpus.word(rank).to_owned()
}

fn rare(corpus: &mut Corpus) -> String {
    let rank = 5_000 + corpus.below(10_000);
    corpus.word(rank).to_owned()
}

fn prefix(corpus: &mut Corpus, letters: usize) -> String {
    rare(corpus).chars().cycle().take(letters).collect()
}

fn lists(archive: &Archive, corpus: &mut Corpus, count: usize) -> Outcome<()> {
    let everything = |before| ListQuestion {
        view: View::Inbox,
        query: Query::default(),
        provider: None,
        before,
        limit: 50,
    };
    let newest = archive.conversations(&everything(None))?;
    let (Some(first), Some(next)) = (newest.first(), newest.get(1)) else { return Ok(()) };
    // One conversation a minute: positions lie evenly, so any depth can be reached without counting.
    let step = first.position - next.position;
    let (mut pages, mut opened) = (Vec::new(), Vec::new());
    for _ in 0..QUESTIONS {
        let depth = i64::try_from(corpus.below(count.saturating_sub(60)))?;
        let begun = Moment::now();
        let rows = archive.conversations(&everything(Some(first.position - depth * step)))?;
        pages.push(begun.elapsed());
        let Some(row) = rows.first() else { continue };
        let begun = Moment::now();
        archive.transcript(&ConversationId::from_text(&row.id))?;
        opened.push(begun.elapsed());
    }
    report("list page at any depth", pages);
    report("open a conversation", opened);
    Ok(())
}

fn report(what: &str, mut times: Vec<Duration>) {
    times.sort_unstable();
    let at = |share: usize| {
        times.get((times.len() * share / 100).min(times.len().saturating_sub(1))).copied().unwrap_or_default()
    };
    println!(
        "{what:42} {:>9.3} ms median {:>9.3} ms p99",
        at(50).as_secs_f64() * 1e3,
        at(99).as_secs_f64() * 1e3
    );
}

fn rate(what: &str, count: usize, time: Duration) {
    println!(
        "{what:42} {:>9.0} a second",
        f64::from(u32::try_from(count).unwrap_or(u32::MAX)) / time.as_secs_f64()
    );
}

#[allow(clippy::cast_precision_loss, reason = "sizes of files are far below 2^53")]
fn ratio(part: u64, whole: u64) -> f64 {
    part as f64 / whole as f64
}
