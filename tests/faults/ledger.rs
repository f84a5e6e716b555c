//! What was sent and what was acknowledged, as the senders know it.
//!
//! A delivery is sent again until it is acknowledged. Every sending is an attempt with a number of its own, which stands in the
//! request's query: so the journal tells which attempt a row is, and what was kept without an acknowledgement is no repetition.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, MutexGuard};

use crate::selection::Chance;
use crate::sender::Answer;

/// The body of the one answer that acknowledges a delivery.
const KEPT: &[u8] = br#"{"result":"ok"}"#;

/// One sending of a delivery.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Attempt {
    /// Which delivery was sent.
    pub(crate) delivery: u64,
    /// The status of its answer; `None` when none came.
    pub(crate) answer: Option<u16>,
}

impl Attempt {
    pub(crate) fn acknowledged(self) -> bool {
        self.answer == Some(200)
    }
}

/// The senders' book.
pub(crate) struct Ledger {
    seed: u64,
    deliveries: AtomicU64,
    attempts: Mutex<Vec<Attempt>>,
    /// Deliveries that wait to be sent again.
    again: Mutex<Vec<u64>>,
}

impl Ledger {
    pub(crate) fn new(seed: u64) -> Self {
        Self { seed, deliveries: AtomicU64::new(0), attempts: Mutex::default(), again: Mutex::default() }
    }

    /// The next delivery to send: one that was not acknowledged, or a new one.
    pub(crate) fn next(&self) -> u64 {
        self.waiting().unwrap_or_else(|| self.deliveries.fetch_add(1, Ordering::Relaxed))
    }

    /// A delivery that was sent and not acknowledged.
    pub(crate) fn waiting(&self) -> Option<u64> {
        self.again.lock().expect("no sender panicked").pop()
    }

    /// It was not acknowledged; somebody sends it again.
    pub(crate) fn again(&self, delivery: u64) {
        self.again.lock().expect("no sender panicked").push(delivery);
    }

    /// Writes an attempt down before its first byte leaves, and gives its number.
    pub(crate) fn attempt(&self, delivery: u64) -> usize {
        let mut attempts = self.lock();
        attempts.push(Attempt { delivery, answer: None });
        attempts.len() - 1
    }

    /// Writes down how an attempt was answered.
    pub(crate) fn answered(&self, attempt: usize, answer: &Answer) {
        if answer.status == 200 {
            assert_eq!(answer.body, KEPT, "a kept delivery has exactly one answer");
        }
        self.lock()[attempt].answer = Some(answer.status);
    }

    /// Which delivery an attempt sent; `None` when there was no such attempt.
    pub(crate) fn sent(&self, attempt: usize) -> Option<u64> {
        self.lock().get(attempt).map(|attempt| attempt.delivery)
    }

    /// All attempts so far.
    pub(crate) fn attempts(&self) -> Vec<Attempt> {
        self.lock().clone()
    }

    /// How many attempts were acknowledged.
    pub(crate) fn acknowledged(&self) -> usize {
        self.lock().iter().filter(|attempt| attempt.acknowledged()).count()
    }

    fn lock(&self) -> MutexGuard<'_, Vec<Attempt>> {
        self.attempts.lock().expect("no sender panicked")
    }

    /// The bytes of a delivery: chats that are read and folded, and bytes that nobody understands, from none to many.
    pub(crate) fn body(&self, delivery: u64) -> Vec<u8> {
        let mut chance = Chance::new(self.seed ^ delivery.wrapping_mul(0x2545_f491_4f6c_dd1d));
        match chance.below(8) {
            0 => chance.bytes(0),
            1 => format!("{delivery}").into_bytes(),
            2 => {
                let length = chance.below(300);
                chance.bytes(length as usize)
            }
            3 => {
                let length = 300 + chance.below(60_000);
                chance.bytes(length as usize)
            }
            _ => chat(delivery, &mut chance),
        }
    }

    /// Whether a delivery tells of a conversation.
    pub(crate) fn is_chat(&self, delivery: u64) -> bool {
        Chance::new(self.seed ^ delivery.wrapping_mul(0x2545_f491_4f6c_dd1d)).below(8) > 3
    }
}

/// A finished Smartsupp conversation of one to eight messages.
pub(crate) fn chat(number: u64, chance: &mut Chance) -> Vec<u8> {
    let begun = 1_427_470_439_703 + number * 1000;
    let messages: Vec<_> = (0..=chance.below(8))
        .map(|line| {
            let (kind, who) = if line % 2 == 0 { ("visitor", "visitor:1") } else { ("agent", "agent:3") };
            let words = format!("{:x} about the lamps, order {number}", chance.next());
            serde_json::json!({ "type": kind, "from": who, "name": "John Doe", "content": words, "sentAt": begun + line * 1500 })
        })
        .collect();
    let chat = serde_json::json!({
        "accountId": 208, "beginAt": begun, "endAt": begun + 60_000,
        "channel": { "id": 1000 + number, "isChat": true, "isCompleted": true, "rating": 5 },
        "visitor": { "id": number % 50, "name": "Dusan Kmet", "email": format!("dusan{}@domain.example", number % 50) },
        "paths": [{ "url": "https://shop.example/lamps", "title": "Lamps" }],
        "messages": messages,
    });
    chat.to_string().into_bytes()
}
