//! The archive through its public handle: what is kept, what is derived from it, and how it is found again.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use std::time::{Duration, Instant as Moment};

use afterchat_archive::{
    Address, Archive, ArchiveError, ConversationSummary, DeliveryId, Flag, JournalQuestion, ListQuestion,
    Outcome, Told, View,
};
use afterchat_transcript::model::{ConversationId, Provenance};
use afterchat_transcript::query::Query;
use afterchat_transcript::{Delivery, DeliveryKind, Header, Instant};

const HELLO: &str = r#"{"accountId":1,"beginAt":1790000000000,"endAt":1790000060000,"channel":{"id":7,"isChat":true,"rating":2},
    "visitor":{"id":5,"name":"Žofie Nová","email":"Zofie@Example.org"},"paths":[{"url":"https://shop.example/cart","title":"Your cart"}],
    "messages":[{"type":"visitor","content":"Does the blue teapot come with a lid?","sentAt":1790000000000},
                {"type":"agent","name":"Petr","content":"It does.","sentAt":1790000050000}]}"#;
const LATER: &str = r#"{"accountId":1,"beginAt":1790000100000,"endAt":1790000160000,"channel":{"id":8,"isChat":true,"isMissed":true},
    "visitor":{"id":6,"email":"zofie@example.org"},"messages":[{"type":"visitor","content":"Hello? Anybody there about my teapots?","sentAt":1790000100000}]}"#;

fn at(seconds: i64) -> Instant {
    Instant::from_millis(1_800_000_000_000 + seconds * 1000).unwrap()
}

fn delivery(body: &[u8], seconds: i64) -> Delivery {
    Delivery {
        kind: DeliveryKind::Hook,
        source: "smartsupp".to_owned(),
        provider: Some("smartsupp".to_owned()),
        method: "POST".to_owned(),
        path: "/h/smartsupp/…".to_owned(),
        query: Some("a=1".to_owned()),
        headers: vec![
            Header { name: "X-Twice".to_owned(), value: b"one".to_vec() },
            Header { name: "x-TWICE".to_owned(), value: b"t\xffwo: \t".to_vec() },
            Header { name: "Empty".to_owned(), value: Vec::new() },
        ],
        body: body.to_vec(),
        received_at: at(seconds),
    }
}

struct Fresh {
    folder: tempfile::TempDir,
    archive: Archive,
}

impl Fresh {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        Self { archive: Archive::open(folder.path(), at(0)).unwrap(), folder }
    }

    fn append(&self, body: &[u8], seconds: i64) -> DeliveryId {
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        runtime.block_on(self.archive.append(delivery(body, seconds))).unwrap()
    }

    /// Waits until every delivery has been read.
    fn settle(&self) {
        let deadline = Moment::now() + Duration::from_secs(120);
        while self.archive.progress().map(|progress| progress.done < progress.all).unwrap() {
            assert!(Moment::now() < deadline, "the projector must catch up");
            std::thread::yield_now();
        }
    }

    fn list(&self, view: View, search: &str) -> Vec<ConversationSummary> {
        let question =
            ListQuestion { view, query: Query::parse(search), provider: None, before: None, limit: 50 };
        self.archive.conversations(&question).unwrap()
    }

    fn found(&self, search: &str) -> Vec<String> {
        self.list(View::Everything, search)
            .into_iter()
            .map(|row| row.first_words.chars().take(12).collect())
            .collect()
    }

    fn two() -> Self {
        let fresh = Self::new();
        fresh.append(HELLO.as_bytes(), 1);
        fresh.append(LATER.as_bytes(), 2);
        fresh.settle();
        fresh
    }
}

#[test]
fn a_delivery_is_kept_byte_for_byte() {
    let fresh = Fresh::new();
    let large = "{\"text\": \"".to_owned() + &"ab ".repeat(100_000) + "\"}";
    for body in [b"".as_slice(), b"\xff\xfe\0binary\r\n", HELLO.as_bytes(), large.as_bytes()] {
        let id = fresh.append(body, 5);
        let kept = fresh.archive.delivery(id).unwrap().delivery;
        assert_eq!(kept, delivery(body, 5), "every byte, header and spelling must come back as it came");
    }
}

#[test]
fn what_cannot_be_read_is_kept_and_says_why() {
    let fresh = Fresh::new();
    let bodies = ["not json", "{\"unknown\": \"shape\"}", "", "{\"a\":"];
    for body in bodies {
        fresh.append(body.as_bytes(), 1);
    }
    fresh.settle();
    let rows =
        fresh.archive.deliveries(&JournalQuestion { limit: 10, ..JournalQuestion::default() }).unwrap();
    assert_eq!(rows.len(), bodies.len(), "unreadable is not lost");
    assert!(
        rows.iter().all(|row| row.outcome == Outcome::Unreadable && row.reason.is_some()),
        "each must say why: {rows:?}"
    );
}

#[test]
fn a_search_finds_what_was_said_by_whom_where() {
    let fresh = Fresh::two();
    let check = |search: &str, expected: &[&str]| {
        assert_eq!(fresh.found(search), expected, "searching for {search:?}");
    };
    check("teapot", &["Hello? Anybo", "Does the blu"]);
    check("teapot ", &["Does the blu"]);
    check("\"blue teapot\"", &["Does the blu"]);
    check("\"teapot blue\"", &[]);
    check("\"lid it does\"", &[]);
    check("teapot -anybody", &["Does the blu"]);
    check("-anybody", &["Does the blu"]);
    check("from:zofie", &["Hello? Anybo", "Does the blu"]);
    check("from:nova ", &["Does the blu"]);
    check("zofie@example.org ", &["Hello? Anybo", "Does the blu"]);
    check("page:cart", &["Does the blu"]);
    check("page:teapot", &[]);
    check("agent:petr", &["Does the blu"]);
    check("rating:<3", &["Does the blu"]);
    check("-rating:<3", &["Hello? Anybo"]);
    check("is:missed", &["Hello? Anybo"]);
    check("service:smartsupp is:unread anybody", &["Hello? Anybo"]);
    check("before:2026-01-01", &[]);
    check("after:2026-01-01", &["Hello? Anybo", "Does the blu"]);
    check("\" * ( AND NEAR \" OR ^ \" -", &[]);
    check("'; DROP TABLE search; --", &[]);
}

#[test]
fn a_page_of_the_list_goes_on_where_the_last_one_ended() {
    let fresh = Fresh::two();
    let mut question =
        ListQuestion { view: View::Inbox, query: Query::default(), provider: None, before: None, limit: 1 };
    let first = fresh.archive.conversations(&question).unwrap();
    question.before = Some(first[0].position);
    let second = fresh.archive.conversations(&question).unwrap();
    question.before = Some(second[0].position);
    assert_ne!(first[0].id, second[0].id, "no row stands on two pages");
    assert_eq!(fresh.archive.conversations(&question).unwrap(), [], "after the last row there is nothing");
}

#[test]
fn what_people_decide_survives_a_rebuild_and_the_transcripts_are_the_same() {
    let fresh = Fresh::two();
    let ids: Vec<String> = fresh.list(View::Everything, "").into_iter().map(|row| row.id).collect();
    assert_eq!(fresh.archive.mark(Flag::Starred, &ids[..1], true).unwrap(), 1);
    assert_eq!(fresh.archive.mark(Flag::Read, &ids, true).unwrap(), 2);
    assert_eq!(fresh.archive.mark(Flag::Read, &ids, true).unwrap(), 0, "saying it twice changes nothing");
    assert_eq!(fresh.archive.mark(Flag::Archived, &ids[1..], true).unwrap(), 1);
    let all = || -> Vec<String> {
        let show = |id: &String| {
            serde_json::to_string(&fresh.archive.transcript(&ConversationId::from_text(id)).unwrap()).unwrap()
        };
        ids.iter().map(show).collect()
    };
    let before = (all(), fresh.list(View::Inbox, ""), fresh.found("teapot"));
    fresh.archive.rebuild().unwrap();
    fresh.settle();
    assert_eq!(
        (all(), fresh.list(View::Inbox, ""), fresh.found("teapot")),
        before,
        "the journal gives the same conversations again"
    );
    assert_eq!(
        fresh.archive.mark(Flag::Archived, &ids[1..], false).unwrap(),
        1,
        "every decision can be taken back"
    );
}

#[test]
fn a_new_message_makes_unread_and_a_repetition_does_not() {
    let fresh = Fresh::two();
    let ids: Vec<String> = fresh.list(View::Everything, "").into_iter().map(|row| row.id).collect();
    fresh.archive.mark(Flag::Read, &ids, true).unwrap();
    fresh.append(HELLO.as_bytes(), 9);
    fresh.settle();
    assert_eq!(fresh.list(View::Unread, "").len(), 0, "the service only repeated itself");
    fresh.append(HELLO.replace("It does.", "It does. Shall I put one aside?").as_bytes(), 10);
    fresh.settle();
    assert_eq!(fresh.list(View::Unread, "").len(), 1, "something new was said");
}

#[test]
fn conversations_of_one_visitor_find_each_other_by_address() {
    let fresh = Fresh::two();
    let rows = fresh.list(View::Everything, "");
    let newest = ConversationId::from_text(&rows[0].id);
    let others = fresh.archive.conversations_with_same_visitor(&newest, 10).unwrap();
    assert_eq!(
        others.iter().map(|row| &row.id).collect::<Vec<_>>(),
        [&rows[1].id],
        "capitals in an address mean nothing"
    );
}

#[test]
fn two_programs_share_one_archive() {
    let fresh = Fresh::new();
    let other = Archive::open(fresh.folder.path(), at(0)).unwrap();
    let token = other.sources().unwrap().swap_remove(0);
    assert_eq!(
        fresh.archive.sources().unwrap().len(),
        other.sources().unwrap().len(),
        "only the first program gives an archive its sources"
    );
    other.add_source("shop", None, at(1)).unwrap();
    other.rotate_source(&token.name, None, at(1)).unwrap();
    fresh.append(HELLO.as_bytes(), 1);
    let deadline = Moment::now() + Duration::from_secs(120);
    let shop = other.sources().unwrap().into_iter().find(|source| source.name == "shop").unwrap();
    let good = |name: &str, token: &str| {
        fresh.archive.hook(name, token, at(2)).is_some_and(|hook| hook.address == Address::Present)
    };
    while !good("shop", &shop.token) || good(&token.name, &token.token) {
        assert!(Moment::now() < deadline, "what one program changes, the other must notice");
        std::thread::yield_now();
    }
    fresh.settle();
    let question =
        ListQuestion { view: View::Inbox, query: Query::default(), provider: None, before: None, limit: 10 };
    assert_eq!(other.conversations(&question).unwrap().len(), 1, "what one program received, both show");
}

#[test]
fn a_source_admits_its_own_token_only() {
    let fresh = Fresh::new();
    let sources = fresh.archive.sources().unwrap();
    let [first, second, ..] = sources.as_slice() else { panic!("a new archive has sources") };
    let hook = |token: &str| fresh.archive.hook(&first.name, token, at(1));
    assert!(hook(&first.token).is_some());
    for wrong in [second.token.as_str(), "", &first.token[1..], &first.token.to_uppercase()] {
        assert!(hook(wrong).is_none(), "another token must not be admitted");
    }
    fresh.archive.remove_source(&first.name).unwrap();
    assert!(hook(&first.token).is_none(), "a removed source admits nobody");
    let name = |name: &str| fresh.archive.add_source(name, None, at(1)).map_err(|error| error.code()).err();
    assert_eq!(
        [name("any"), name("Über"), name("a/b"), name("")],
        [Some("name_taken"), Some("name_invalid"), Some("name_invalid"), Some("name_invalid")]
    );
}

#[test]
fn a_newer_archive_is_refused_and_left_alone() {
    let fresh = Fresh::new();
    fresh.archive.close();
    let file = fresh.folder.path().join("archive.sqlite");
    let connection = rusqlite::Connection::open(&file).unwrap();
    connection.pragma_update(None, "user_version", 99).unwrap();
    let refused = Archive::open(fresh.folder.path(), at(0)).unwrap_err();
    assert!(matches!(refused, ArchiveError::Newer { found: 99, .. }), "{refused}");
}

#[test]
fn closing_does_not_wait_as_long_as_a_service_does_for_who_holds_the_file() {
    let fresh = Fresh::new();
    let holding = rusqlite::Connection::open(fresh.folder.path().join("archive.sqlite")).unwrap();
    fresh.append(b"before", 1);
    fresh.settle();
    holding.execute_batch("BEGIN IMMEDIATE").unwrap();
    fresh.archive.told(Told { delivery: DeliveryId(1), status: Some(200), ..Told::default() });
    let began = Moment::now();
    fresh.archive.close();
    // A service may wait five seconds for its answer; closing waits a tenth of a second for each thing left to write.
    assert!(began.elapsed() < Duration::from_secs(4), "{:?}", began.elapsed());
    drop(holding);
    let again = Archive::open(fresh.folder.path(), at(2)).unwrap();
    assert_eq!(again.delivery(DeliveryId(1)).unwrap().delivery.body, b"before");
}

#[test]
fn a_closed_archive_keeps_nothing_and_says_so() {
    let fresh = Fresh::two();
    fresh.archive.close();
    let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
    let refused = runtime.block_on(fresh.archive.append(delivery(b"late", 3))).unwrap_err();
    assert_eq!(refused.code, "closing");
    let again = Archive::open(fresh.folder.path(), at(9)).unwrap();
    assert_eq!(
        again.newest_delivery().unwrap(),
        2,
        "what was acknowledged is there, what was refused is not"
    );
}

#[test]
fn very_many_messages_pages_and_fields_are_read_in_good_time() {
    use std::fmt::Write as _;
    let list = |count: usize, item: &dyn Fn(usize, &mut String)| {
        let mut text = String::new();
        for index in 0..count {
            text.push_str(if index == 0 { "" } else { "," });
            item(index, &mut text);
        }
        text
    };
    let messages = list(80_000, &|index, text| {
        write!(
            text,
            r#"{{"type":"agent","from":"agent:{index}","name":"n{index}","content":"x","sentAt":{}}}"#,
            1_790_000_000_000 + index
        )
        .unwrap();
    });
    let pages =
        list(10_000, &|index, text| write!(text, r#"{{"url":"https://shop.example/{index}"}}"#).unwrap());
    let variables = list(10_000, &|index, text| write!(text, r#""k{index}":{index}"#).unwrap());
    let hook = |id: u8, more: &str| {
        format!(
            r#"{{"accountId":1,"channel":{{"id":7,"isChat":true}},"visitor":{{"id":{id},"variables":{{{variables}}}}},"paths":[{pages}],"messages":[{messages}]{more}}}"#
        )
    };
    let fresh = Fresh::new();
    fresh.append(hook(1, "").as_bytes(), 1);
    fresh.append(hook(2, r#","more":[1,2,3]"#).as_bytes(), 2);
    // The time limit of `settle` is what this test is about: work that grows with the square of these lists takes minutes.
    fresh.settle();
    let rows = fresh.list(View::Everything, "");
    assert_eq!(rows[0].messages, 80_000, "every message is there");
}

#[test]
fn only_a_post_makes_a_conversation_and_every_method_is_kept() {
    let fresh = Fresh::new();
    let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
    for method in ["GET", "HEAD", "PUT", "DELETE", "PROPFIND"] {
        let probe = Delivery { method: method.to_owned(), ..delivery(HELLO.as_bytes(), 1) };
        runtime.block_on(fresh.archive.append(probe)).unwrap();
    }
    fresh.settle();
    let rows =
        fresh.archive.deliveries(&JournalQuestion { limit: 10, ..JournalQuestion::default() }).unwrap();
    assert!(
        rows.iter().all(|row| row.outcome == Outcome::NoConversation),
        "a probe tells of nothing: {rows:?}"
    );
    assert_eq!(
        (rows.len(), fresh.list(View::Everything, "").len()),
        (5, 0),
        "kept, and no conversation made"
    );
    fresh.append(HELLO.as_bytes(), 2);
    fresh.settle();
    assert_eq!(fresh.list(View::Everything, "").len(), 1, "the same body posted is a conversation");
}

#[test]
fn a_text_is_found_by_what_is_seen_of_it() {
    const TALK: &str = r#"{"conversationUUID":"c-1","endedAt":"2026-03-01T10:00:00Z","messages":[
        {"text":"*Tea* &amp; cake: <https://shop.example/basket|your order>","ts":"1790000000.1","isVisitorMsg":true}]}"#;
    let fresh = Fresh::new();
    fresh.append(TALK.as_bytes(), 1);
    fresh.settle();
    let row = &fresh.list(View::Everything, "\"tea cake your order\" ")[0];
    assert_eq!(row.first_words, "Tea & cake: your order", "the list shows no markup");
    for hidden in ["amp ", "basket "] {
        assert_eq!(fresh.found(hidden), [""; 0], "{hidden:?} is nowhere to be seen");
    }
}

#[test]
fn a_page_of_every_small_view_is_read_from_its_index() {
    let fresh = Fresh::two();
    let file = rusqlite::Connection::open(fresh.folder.path().join("archive.sqlite")).unwrap();
    for (condition, index) in [
        ("c.unread = 1 AND c.archived = 0", "conversations_unread"),
        ("c.state = 'missed'", "conversations_missed"),
        ("c.kind = 'offline_message'", "conversations_offline"),
        ("c.starred = 1", "conversations_starred"),
        ("c.archived = 1", "conversations_archived"),
    ] {
        let sql = format!(
            "EXPLAIN QUERY PLAN SELECT * FROM conversations c WHERE {condition} AND c.position < 9 ORDER BY c.position DESC LIMIT 50"
        );
        let mut plan = file.prepare(&sql).unwrap();
        let plan: Vec<String> = plan.query_map([], |row| row.get(3)).unwrap().map(Result::unwrap).collect();
        assert!(plan[0].contains(index), "a million rows would be looked at for a few: {plan:?}");
        assert!(
            !plan.iter().any(|step| step.contains("TEMP B-TREE")),
            "the index is in the list's order: {plan:?}"
        );
    }
}

#[test]
fn where_a_value_came_from_is_known_as_long_as_its_delivery_is_kept() {
    let fresh = Fresh::new();
    let newer = HELLO.replace("Žofie Nová", "Žofie Stará").replace("1790000060000", "1790000070000");
    let ids = [fresh.append(HELLO.as_bytes(), 1), fresh.append(newer.as_bytes(), 2)];
    fresh.settle();
    let conversation = fresh.list(View::Everything, "")[0].id.clone();
    let conversation = ConversationId::from_text(&conversation);
    let teller = || {
        fresh.archive.joined(&conversation, |joined| {
            joined.trace("visitor.name", |from| match from {
                Provenance::Told { delivery, pointer, .. } => (DeliveryId(delivery), pointer.to_owned()),
                Provenance::Inferred { why, .. } => panic!("a payload says it, it is not {why:?}"),
            })
        })
    };
    assert_eq!(teller().unwrap(), Some((ids[1], "/visitor/name".to_owned())), "the newest tells");
    let file = rusqlite::Connection::open(fresh.folder.path().join("archive.sqlite")).unwrap();
    let erase = |id: DeliveryId| file.execute("DELETE FROM deliveries WHERE id = ?1", [id.0]).unwrap();
    erase(ids[1]);
    assert_eq!(teller().unwrap(), Some((ids[0], "/visitor/name".to_owned())), "what is still kept tells");
    erase(ids[0]);
    assert!(matches!(teller(), Err(ArchiveError::NotFound { .. })), "nothing is kept that could tell");
}
