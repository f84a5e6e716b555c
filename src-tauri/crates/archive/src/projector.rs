//! The projector: follows the journal and keeps the conversations true to it.
//!
//! It reads the deliveries after its cursor and folds every conversation they tell of anew from all its deliveries, on a
//! thread and a read-only connection of its own. What it made is stored by the writer in one transaction that also moves
//! the cursor. A conversation is never patched, so it cannot drift from its journal. While many deliveries arrive it does
//! less: answers come first.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::rc::Rc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, RecvTimeoutError, SyncSender, sync_channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::JoinHandle;
use std::time::{Duration, Instant as Moment};

use afterchat_transcript::event::{self, EventKey};
use afterchat_transcript::model::ConversationId;
use afterchat_transcript::reading::Verdict;
use afterchat_transcript::{DeliveryKind, fold};
use rusqlite::{Connection, params};

use crate::conversations::Prepared;
use crate::journal::{self, Journalled, Outcome};
use crate::readers::Readers;
use crate::shapes::{self, Learner};
use crate::told::{self, Read};
use crate::writer::Writer;
use crate::{Archive, ArchiveError, answers, connected, conversations, health};

/// Deliveries projected at once: enough to share a commit, few enough that storing them holds up no answer for long.
const PAGE: i64 = 64;
/// The same before a crowd.
const SMALL_PAGE: i64 = 16;
/// A slice ends after this time, however many deliveries it has read.
const SLICE: Duration = Duration::from_millis(100);
/// After a failure the projector rests, instead of trying a full disk a thousand times a second.
const REST: Duration = Duration::from_secs(1);
/// So many deliveries that arrive while a slice is made and stored are a crowd: their services wait for answers.
const CROWD: u64 = 64;
/// Before a crowd the projector rests this many times as long as its slice took, and not longer than the second.
const GIVE_WAY: (u32, Duration) = (10, Duration::from_millis(500));
/// After this many conversations were indexed, the index is merged once nothing else is to do: a large index that was
/// never merged makes some later commit take seconds.
const MERGE_AFTER: usize = 5_000;
/// How long nothing must have arrived before that begins.
const QUIET: Duration = Duration::from_secs(2);
/// How many index pages one step of merging touches: a few milliseconds of work.
const MERGE_PAGES: i64 = 64;

/// How far the projector has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Progress {
    /// Deliveries read, without those that are to be read again.
    pub done: i64,
    /// Deliveries in the journal.
    pub all: i64,
}

/// Tells the projector that there may be something to do. Telling it often costs nothing.
#[derive(Debug, Clone)]
pub(crate) struct Wake(SyncSender<()>);

impl Wake {
    pub(crate) fn new() -> (Self, Receiver<()>) {
        let (sender, receiver) = sync_channel(1);
        (Self(sender), receiver)
    }

    pub(crate) fn wake(&self) {
        // A full channel means that the projector has been told already.
        let _told = self.0.try_send(());
    }
}

/// The handle to the projecting thread.
#[derive(Debug)]
pub(crate) struct Projector {
    stop: Arc<AtomicBool>,
    wake: Wake,
    thread: Mutex<Option<JoinHandle<()>>>,
}

impl Projector {
    pub(crate) fn start(
        readers: Arc<Readers>,
        writer: Arc<Writer>,
        wake: Wake,
        woken: Receiver<()>,
    ) -> Result<Self, ArchiveError> {
        let stop = Arc::new(AtomicBool::new(false));
        let work = Work { readers, writer, stop: Arc::clone(&stop), indexed: 0, page: PAGE };
        let thread =
            std::thread::Builder::new().name("projector".to_owned()).spawn(move || work.run(&woken))?;
        Ok(Self { stop, wake, thread: Mutex::new(Some(thread)) })
    }

    /// There may be something new in the journal.
    pub(crate) fn wake(&self) {
        self.wake.wake();
    }

    /// Ends the thread after the slice at hand. What it did not come to is done after the next start.
    pub(crate) fn stop(&self) {
        self.stop.store(true, Ordering::Relaxed);
        self.wake.wake();
        let thread = self.thread.lock().unwrap_or_else(PoisonError::into_inner).take();
        if thread.is_some_and(|thread| thread.join().is_err()) {
            tracing::error!("the projector had stopped by a panic");
        }
    }
}

struct Work {
    readers: Arc<Readers>,
    writer: Arc<Writer>,
    stop: Arc<AtomicBool>,
    indexed: usize,
    page: i64,
}

impl Work {
    fn run(mut self, woken: &Receiver<()>) {
        while !self.stop.load(Ordering::Relaxed) {
            let goes_on = match self.step(woken) {
                Ok(true) => Ok(()),
                Ok(false) if self.indexed >= MERGE_AFTER => match woken.recv_timeout(QUIET) {
                    Err(RecvTimeoutError::Timeout) => self.merge(woken),
                    Ok(()) => Ok(()),
                    Err(RecvTimeoutError::Disconnected) => return,
                },
                Ok(false) => match woken.recv() {
                    Ok(()) => Ok(()),
                    Err(_) => return,
                },
                Err(error) => Err(error),
            };
            if let Err(error) = goes_on {
                match error {
                    // That was told when it was met, and nothing more can be done before the next start.
                    ArchiveError::Damaged(_) => {
                        tracing::debug!(%error, "deliveries are read after the repair");
                    }
                    _ => tracing::error!(%error, "deliveries are kept but could not be read yet"),
                }
                self.rest(woken, REST);
            }
        }
    }

    /// Waits, whatever arrives meanwhile, but not longer than the archive stays open.
    fn rest(&self, woken: &Receiver<()>, how_long: Duration) {
        let until = Moment::now() + how_long;
        while let Some(left) =
            until.checked_duration_since(Moment::now()).filter(|_| !self.stop.load(Ordering::Relaxed))
        {
            let _arrived = woken.recv_timeout(left);
        }
    }

    /// Does a little work; false when there is nothing more to do.
    fn step(&mut self, woken: &Receiver<()>) -> Result<bool, ArchiveError> {
        let (begun, kept) = (Moment::now(), self.writer.kept());
        let page = self.page;
        let Some(projection) = self.readers.with(|connection| project(connection, page))? else {
            return Ok(false);
        };
        self.indexed += projection.conversations.len();
        self.writer.write(move |connection| projection.store(connection))?;
        // What is not shown yet can wait; a service that is not answered may give up.
        let crowd = self.writer.kept() - kept >= CROWD;
        self.page = if crowd { SMALL_PAGE } else { PAGE };
        if crowd {
            let (times, longest) = GIVE_WAY;
            self.rest(woken, longest.min(begun.elapsed() * times));
        }
        Ok(true)
    }

    /// FTS5's own incremental merge: a negative first step plans a full merge, later steps go on with it, and a step
    /// that changes nothing was the last. It stops as soon as something arrives: a delivery must not wait behind it.
    fn merge(&mut self, woken: &Receiver<()>) -> Result<(), ArchiveError> {
        let mut pages = -MERGE_PAGES;
        let changed = |connection: &Connection| {
            connection.query_row("SELECT total_changes()", [], |row| row.get::<_, i64>(0))
        };
        while !self.stop.load(Ordering::Relaxed) {
            let step = self.writer.write(move |connection| {
                let before = changed(connection)?;
                connection.execute("INSERT INTO search (search, rank) VALUES ('merge', ?1)", [pages])?;
                Ok(changed(connection)? - before)
            })?;
            if step < 2 {
                self.indexed = 0;
                break;
            }
            if woken.try_recv().is_ok() {
                break;
            }
            pages = MERGE_PAGES;
        }
        Ok(())
    }
}

/// What a slice of the journal says, ready to be stored.
struct Projection {
    /// The turn it was made of.
    turn: i64,
    /// Where the cursor stands afterwards.
    to: i64,
    /// True when these deliveries were read before, and somebody has decided about them since.
    again: bool,
    readings: Vec<NotedReading>,
    shapes: shapes::Noted,
    conversations: Vec<Prepared>,
    /// Conversations that nothing tells of any more.
    gone: Vec<ConversationId>,
}

/// What is noted beside a delivery.
struct NotedReading {
    delivery: i64,
    source: String,
    received_at: i64,
    /// Its service sent it: nobody here did, to try the address.
    real: bool,
    /// The door refused it. What a person accepts later teaches nothing either: it would be learned at another time than
    /// in a rebuild.
    refused: bool,
    provider: Option<&'static str>,
    event: Option<String>,
    outcome: Outcome,
    reason: Option<String>,
    conversations: BTreeSet<ConversationId>,
    /// The event it is an attempt of, when it was sent by a service.
    event_key: Option<EventKey>,
}

/// Reads the deliveries that somebody has decided about, else the next ones, `most` at once, and folds what they tell of;
/// `None` when there are none.
fn project(connection: &Connection, most: i64) -> Result<Option<Projection>, ArchiveError> {
    let (from, turn) = connection
        .query_row("SELECT delivery, turn FROM cursor", [], |row| Ok((row.get(0)?, row.get(1)?)))?;
    let mut page = journal::to_read_again(connection, most)?;
    let again = !page.is_empty();
    if !again {
        page = journal::after(connection, from, most)?;
    }
    if page.is_empty() {
        return Ok(None);
    }
    let mut slice = Slice {
        connection,
        read: HashMap::new(),
        touched: BTreeMap::new(),
        learner: Learner::new(connection),
    };
    let (mut to, mut readings) = (from, Vec::new());
    let started = Moment::now();
    for journalled in page {
        if again {
            slice.touch_what_was_told(journalled.id.0)?;
        } else {
            to = journalled.id.0;
        }
        readings.push(slice.read(journalled, again)?);
        if started.elapsed() > SLICE {
            break;
        }
    }
    let (conversations, gone) = slice.fold()?;
    let shapes = slice.learner.noted()?;
    Ok(Some(Projection { turn, to, again, readings, shapes, conversations, gone }))
}

impl Projection {
    /// Stores it all, unless what it was made of has changed: another program was faster, or somebody has decided
    /// something. Then it is made again.
    fn store(&self, connection: &Connection) -> Result<(), ArchiveError> {
        let moved = connection.execute(
            "UPDATE cursor SET delivery = ?2, turn = turn + 1 WHERE turn = ?1",
            [self.turn, self.to],
        )?;
        if moved == 0 {
            return Ok(());
        }
        let mut note = connection.prepare_cached(
            "INSERT OR REPLACE INTO readings (delivery, provider, event, outcome, reason) VALUES (?1, ?2, ?3, ?4, ?5)",
        )?;
        let mut tell = connection.prepare_cached("INSERT OR IGNORE INTO tellings VALUES (?1, ?2)")?;
        for reading in &self.readings {
            if self.again {
                reading.forget(connection)?;
            }
            note.execute(params![
                reading.delivery,
                reading.provider,
                reading.event,
                reading.outcome.word(),
                reading.reason
            ])?;
            reading.count(connection, self.again)?;
            if let Some(event) = &reading.event_key {
                answers::put_attempt(connection, reading.delivery, &reading.source, event)?;
            }
            for conversation in &reading.conversations {
                tell.execute(params![conversation.as_str(), reading.delivery])?;
            }
        }
        shapes::put(connection, &self.shapes)?;
        self.gone.iter().try_for_each(|gone| conversations::remove(connection, gone.as_str()))?;
        self.conversations.iter().try_for_each(|prepared| conversations::put(connection, prepared))
    }
}

impl NotedReading {
    /// Takes back what was noted of a delivery when it was read before.
    fn forget(&self, connection: &Connection) -> Result<(), ArchiveError> {
        let leave = "UPDATE heard SET quarantined = quarantined - 1
             WHERE source = ?1 AND (SELECT outcome FROM readings WHERE delivery = ?2) = 'quarantined'";
        connection.prepare_cached(leave)?.execute(params![self.source, self.delivery])?;
        connection.prepare_cached("DELETE FROM tellings WHERE delivery = ?1")?.execute([self.delivery])?;
        connection.prepare_cached("DELETE FROM rereads WHERE delivery = ?1")?.execute([self.delivery])?;
        health::forget(connection, &self.source, self.delivery)
    }

    /// Counts it for its source. What is read again was heard before.
    fn count(&self, connection: &Connection, again: bool) -> Result<(), ArchiveError> {
        let heard = "INSERT INTO heard (source, deliveries, last_at, quarantined, real_deliveries, first_real, first_real_at,
                 last_real, last_real_at)
             VALUES (?1, ?3, ?2, ?4, ?5, ?6, ?7, ?6, ?7)
             ON CONFLICT (source) DO UPDATE SET deliveries = deliveries + excluded.deliveries,
                 last_at = max(last_at, excluded.last_at), quarantined = quarantined + excluded.quarantined,
                 real_deliveries = real_deliveries + excluded.real_deliveries,
                 first_real_at = coalesce(first_real_at, excluded.first_real_at),
                 first_real = coalesce(first_real, excluded.first_real),
                 last_real = coalesce(excluded.last_real, last_real),
                 last_real_at = coalesce(excluded.last_real_at, last_real_at)";
        let quarantined = self.outcome == Outcome::Quarantined;
        let real = self.real && !again;
        connection.prepare_cached(heard)?.execute(params![
            self.source,
            self.received_at,
            !again,
            quarantined,
            real,
            real.then_some(self.delivery),
            real.then_some(self.received_at),
        ])?;
        if real && !self.refused {
            health::hear(connection, &self.source, self.received_at)?;
        }
        if self.real {
            health::note_trouble(connection, &self.source, self.delivery, self.outcome)?;
        }
        Ok(())
    }
}

struct Slice<'a> {
    connection: &'a Connection,
    read: HashMap<i64, Rc<Read>>,
    /// The conversations told of, and which deliveries of this slice tell of them.
    touched: BTreeMap<ConversationId, Vec<i64>>,
    learner: Learner<'a>,
}

impl Slice<'_> {
    fn read(&mut self, journalled: Journalled, again: bool) -> Result<NotedReading, ArchiveError> {
        let (read, payload) = Read::with_payload(journalled);
        // What is read again was refused at first, and that teaches nothing at any time.
        if !again {
            self.learner.look(&read.journalled, &payload, &read.reading, &read.digest)?;
        }
        drop(payload);
        let read = Rc::new(read);
        let id = read.journalled.id.0;
        let doubt = read.journalled.doubt;
        let (outcome, reason) = match &read.reading.verdict {
            _ if let Some(doubt) = doubt => (Outcome::Quarantined, Some(doubt.reason().to_owned())),
            Verdict::Conversation => (Outcome::Conversation, None),
            Verdict::NoConversation(reason) => (Outcome::NoConversation, Some(reason.clone())),
            Verdict::Unreadable(reason) => (Outcome::Unreadable, Some(reason.clone())),
        };
        let conversations = if doubt.is_some() { BTreeSet::new() } else { read.conversations() };
        for conversation in &conversations {
            self.touched.entry(conversation.clone()).or_default().push(id);
        }
        self.read.insert(id, Rc::clone(&read));
        let delivery = &read.journalled.delivery;
        Ok(NotedReading {
            delivery: id,
            source: delivery.source.clone(),
            received_at: delivery.received_at.millis(),
            real: connected::is_real(delivery),
            refused: read.journalled.refused,
            provider: read.reading.provider,
            event: read.reading.event.clone(),
            outcome,
            reason,
            conversations,
            event_key: (delivery.kind == DeliveryKind::Hook).then(|| event::key(delivery, &read.digest)),
        })
    }

    /// The conversations that a delivery told of when it was read before are folded too: it may tell of them no more.
    fn touch_what_was_told(&mut self, delivery: i64) -> Result<(), ArchiveError> {
        let sql = "SELECT conversation FROM tellings WHERE delivery = ?1";
        let mut select = self.connection.prepare_cached(sql)?;
        for told in select.query_map([delivery], |row| row.get::<_, String>(0))? {
            self.touched.entry(ConversationId::from_text(&told?)).or_default();
        }
        Ok(())
    }

    /// Folds every conversation that was told of, from all its deliveries. Second are those that nothing tells of now.
    fn fold(&mut self) -> Result<(Vec<Prepared>, Vec<ConversationId>), ArchiveError> {
        let (mut prepared, mut gone) = (Vec::new(), Vec::new());
        for (conversation, here) in std::mem::take(&mut self.touched) {
            let mut all = told::earlier(self.connection, &conversation, |id| self.read.contains_key(&id))?;
            all.extend(here.iter().filter_map(|id| self.read.get(id)).map(Rc::clone));
            let tellings = told::tellings(&conversation, &all);
            match fold::fold(&conversation, &tellings) {
                Some(folded) => prepared.push(Prepared::new(folded)?),
                None => gone.push(conversation),
            }
        }
        Ok((prepared, gone))
    }
}

impl Archive {
    /// How far the projector has come.
    ///
    /// # Errors
    /// When the archive cannot be read.
    pub fn progress(&self) -> Result<Progress, ArchiveError> {
        self.read(|connection| {
            let sql = "SELECT delivery - (SELECT count(*) FROM rereads), (SELECT coalesce(max(id), 0) FROM deliveries)
                 FROM cursor";
            Ok(connection.query_row(sql, [], |row| Ok(Progress { done: row.get(0)?, all: row.get(1)? }))?)
        })
    }

    /// Forgets all that was derived and begins to derive it again from the journal. What people decided stays. The work
    /// goes on by itself, also after an interruption; [`Archive::progress`] tells how far it is.
    ///
    /// # Errors
    /// When the archive cannot be written.
    pub fn rebuild(&self) -> Result<(), ArchiveError> {
        self.write(|connection| forget(connection, &mut |_, _| {}))
    }
}

/// Conversations that are emptied between two tellings of how far it is.
const TOGETHER: i64 = 5000;

/// Empties all that is derived and sets the cursor back to the start. `tell` hears of how many conversations that is done,
/// and of how many: they take nearly all of the time.
pub(crate) fn forget(connection: &Connection, tell: &mut dyn FnMut(u64, u64)) -> Result<(), ArchiveError> {
    connection.execute_batch("DELETE FROM transcripts")?;
    let (mut done, all) = (0, conversations(connection)?);
    loop {
        tell(done, all);
        let sql = "DELETE FROM conversations WHERE position IN
             (SELECT position FROM conversations ORDER BY position LIMIT ?1)";
        match connection.prepare_cached(sql)?.execute([TOGETHER])? {
            0 => break,
            more => done += more as u64,
        }
    }
    connection.execute_batch(
        "DELETE FROM tellings;
         DELETE FROM readings; DELETE FROM attempts; DELETE FROM heard; DELETE FROM rereads;
         INSERT INTO search (search) VALUES ('delete-all');
         UPDATE cursor SET delivery = 0, turn = turn + 1;",
    )?;
    health::empty(connection)?;
    shapes::empty(connection)
}

/// How many conversations there are.
pub(crate) fn conversations(connection: &Connection) -> Result<u64, ArchiveError> {
    let count: i64 = connection.query_row("SELECT count(*) FROM conversations", [], |row| row.get(0))?;
    Ok(u64::try_from(count).unwrap_or_default())
}
