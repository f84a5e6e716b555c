//! The door: any bytes on a connection. What is answered 200 was appended byte for byte, nothing else was, and the
//! recorded heads are those of the requests that hyper served.

use std::cell::RefCell;
use std::convert::Infallible;
use std::fmt;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex};

use afterchat_archive::{Address, DeliveryId, Examined, Hook};
use afterchat_listener::{Door, Journal, Limits, bind, open};
use afterchat_transcript::{Delivery, Instant};
use hyper::Uri;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::runtime::Runtime;
use tracing::field::{Field, Visit};
use tracing::{Event, Level, Metadata, Subscriber, span};

use crate::wire::{self, Sent};

const TOKEN: &str = "k3q7zt4m5n6p";

/// Keeps deliveries in memory.
#[derive(Clone, Default)]
struct Ledger(Arc<Mutex<Vec<Arc<Delivery>>>>);

impl Journal for Ledger {
    type Error = Infallible;

    fn hook(&self, source: &str, token: &str, _: Instant) -> Option<Hook> {
        let hook =
            || Hook { source: source.to_owned(), provider: None, guard: None, address: Address::Present };
        (source == "shop" && token == TOKEN).then(hook)
    }

    async fn append(&self, delivery: Arc<Delivery>, _: Examined) -> Result<DeliveryId, Infallible> {
        let mut kept = self.0.lock().unwrap();
        kept.push(delivery);
        Ok(DeliveryId(i64::try_from(kept.len()).unwrap()))
    }
}

/// Hears what the door says it never should: that a head is not its request's, or that keeping a delivery broke off.
#[derive(Clone, Default)]
struct Alarm(Arc<Mutex<String>>);

impl Subscriber for Alarm {
    fn enabled(&self, metadata: &Metadata<'_>) -> bool {
        *metadata.level() == Level::ERROR
    }

    fn new_span(&self, _: &span::Attributes<'_>) -> span::Id {
        span::Id::from_u64(1)
    }

    fn record(&self, _: &span::Id, _: &span::Record<'_>) {}

    fn record_follows_from(&self, _: &span::Id, _: &span::Id) {}

    fn event(&self, event: &Event<'_>) {
        event.record(&mut Words(&mut self.0.lock().unwrap()));
    }

    fn enter(&self, _: &span::Id) {}

    fn exit(&self, _: &span::Id) {}
}

struct Words<'a>(&'a mut String);

impl Visit for Words<'_> {
    fn record_debug(&mut self, field: &Field, value: &dyn fmt::Debug) {
        use fmt::Write as _;
        write!(self.0, "{field}: {value:?} ").unwrap();
    }
}

/// One door for all inputs of a thread.
struct House {
    runtime: Runtime,
    door: Door,
    ledger: Ledger,
    alarm: Alarm,
}

thread_local! {
    static HOUSE: RefCell<Option<House>> = const { RefCell::new(None) };
}

/// Small limits, so that inputs reach them.
fn limits() -> Limits {
    Limits { head_bytes: 2048, body_bytes: 1024, bodies_bytes: 1024, rate: None, ..Limits::default() }
}

impl House {
    fn open() -> Self {
        let alarm = Alarm::default();
        // Tokio catches a panic of a connection's task; here it must not pass unnoticed.
        let (before, heard) = (std::panic::take_hook(), alarm.clone());
        std::panic::set_hook(Box::new(move |panic| {
            heard.0.lock().unwrap().push_str("a panic ");
            before(panic);
        }));
        // The socket is looked at in every turn, so that what was written in pieces is read in pieces.
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().event_interval(1).build();
        let (runtime, ledger) = (runtime.unwrap(), Ledger::default());
        let opened = async { open(bind(0).await.unwrap(), ledger.clone(), limits()).await };
        let door = runtime.block_on(opened);
        Self { runtime, door, ledger, alarm }
    }
}

/// A digit in front tells into how long pieces the rest is cut; anything else sends it in one.
pub(crate) fn check(input: &[u8]) {
    let Some((pace, bytes)) = input.split_first() else { return };
    let piece = if matches!(pace, b'1'..=b'9') { usize::from(pace - b'0') } else { bytes.len().max(1) };
    HOUSE.with_borrow_mut(|house| {
        let house = house.get_or_insert_with(House::open);
        let _listening = tracing::subscriber::set_default(house.alarm.clone());
        let (answered, whole) = house.runtime.block_on(converse(house.door.address, bytes, piece));
        let kept = std::mem::take(&mut *house.ledger.0.lock().unwrap());
        let alarm = std::mem::take(&mut *house.alarm.0.lock().unwrap());
        assert_eq!(alarm, "", "the door met something it never should");
        compare(&wire::sent(bytes), &answered, whole, &kept);
    });
}

/// Sends the bytes, closes this side, and gives what came back and whether the connection ended in order.
async fn converse(address: SocketAddr, bytes: &[u8], piece: usize) -> (Vec<u8>, bool) {
    let socket = TcpStream::connect(address).await.expect("the door is open");
    socket.set_nodelay(true).unwrap();
    let (mut reading, mut writing) = socket.into_split();
    let sending = async {
        for piece in bytes.chunks(piece) {
            // The door may have had enough.
            if writing.write_all(piece).await.is_err() {
                return;
            }
            tokio::task::yield_now().await;
        }
        let _gone = writing.shutdown().await;
    };
    let mut answered = Vec::new();
    let (read, ()) = tokio::join!(reading.read_to_end(&mut answered), sending);
    (answered, read.is_ok())
}

fn compare(requests: &[Sent], answered: &[u8], whole: bool, kept: &[Arc<Delivery>]) {
    // Of a connection that was broken off the last answer may be cut.
    if !whole {
        return;
    }
    let mut kept = kept.iter();
    for (index, (code, body)) in wire::answers(answered, requests).into_iter().enumerate() {
        if code != 200 {
            continue;
        }
        let request = requests.get(index).expect("only a request is answered 200");
        let delivery = kept.next().expect("what is answered 200 was appended");
        if request.method != "HEAD" {
            assert_eq!(body, br#"{"result":"ok"}"#, "success is one thing only");
        }
        same(request, delivery);
    }
    let more = kept.next();
    assert!(more.is_none(), "what was appended was answered 200: {more:?}");
}

fn same(request: &Sent, delivery: &Delivery) {
    assert_eq!(delivery.method, request.method);
    let target: Uri = request.target.parse().expect("hyper served it");
    let hook = target.path().rsplit_once('/').map(|(hook, _)| format!("{hook}/…"));
    assert_eq!(Some(&delivery.path), hook.as_ref(), "the path is kept without its token");
    assert_eq!(delivery.query.as_deref(), target.query());
    let headers = delivery.headers.iter().map(|header| (header.name.as_str(), header.value.as_slice()));
    let sent = request.headers.iter().map(|(name, value)| (name.as_str(), value.as_slice()));
    assert!(headers.eq(sent), "{:?} was kept for {:?}", delivery.headers, request.headers);
    assert_eq!(Some(&delivery.body), request.body.as_ref(), "the body is kept byte for byte");
}
