//! Seeded conversations: the same on every machine. Words follow Zipf's law, as in real chats: a few stand nearly
//! everywhere, most are rare.

use serde_json::{Value, json};

/// Different words that can be said.
const WORDS: usize = 20_000;
/// Messages of each conversation.
const MESSAGES: usize = 8;
/// The beginning of the first conversation, and the time between two.
const FIRST_MS: i64 = 1_700_000_000_000;
const APART_MS: i64 = 60_000;

/// Makes payloads and words, always the same ones in the same order.
pub(crate) struct Corpus {
    state: u64,
    words: Vec<String>,
    /// The share of all speech that each word and those before it make up.
    shares: Vec<f64>,
}

impl Corpus {
    pub(crate) fn new() -> Self {
        let mut corpus = Self { state: 0x9e37_79b9_7f4a_7c15, words: Vec::new(), shares: Vec::new() };
        let mut sum = 0.0;
        for rank in 1..=WORDS {
            let word = corpus.new_word();
            corpus.words.push(word);
            #[allow(clippy::cast_precision_loss, reason = "ranks are far below 2^53")]
            let share = 1.0 / rank as f64;
            sum += share;
            corpus.shares.push(sum);
        }
        corpus.shares.iter_mut().for_each(|share| *share /= sum);
        corpus
    }

    /// The word of this rank; 0 is the commonest.
    pub(crate) fn word(&self, rank: usize) -> &str {
        &self.words[rank.min(WORDS - 1)]
    }

    /// A number below `limit`.
    pub(crate) fn below(&mut self, limit: usize) -> usize {
        // xorshift64*: no library is worth it for numbers that only have to be the same each time.
        self.state ^= self.state >> 12;
        self.state ^= self.state << 25;
        self.state ^= self.state >> 27;
        let high = self.state.wrapping_mul(0x2545_f491_4f6c_dd1d) >> 33;
        usize::try_from(high).unwrap_or(0) % limit.max(1)
    }

    /// A finished chat as Smartsupp posts it.
    pub(crate) fn payload(&mut self, number: usize) -> Value {
        let begin = FIRST_MS + i64::try_from(number).unwrap_or(0) * APART_MS;
        let messages: Vec<Value> = (0..MESSAGES).map(|line| self.message(line, begin)).collect();
        let (name, page) = (self.spoken(), self.spoken());
        let rating = [None, Some(5), Some(1)][self.below(3)];
        json!({
            "accountId": 208, "beginAt": begin, "endAt": begin + 90_000,
            "channel": { "id": number, "isChat": true, "isMissed": number.is_multiple_of(50), "rating": rating },
            "visitor": { "id": number / 3, "name": name, "email": format!("{name}{}@example.org", number / 3), "country": "Czechia" },
            "paths": [{ "url": format!("https://shop.example/{page}"), "title": page }],
            "messages": messages,
        })
    }

    fn message(&mut self, line: usize, begin: i64) -> Value {
        let length = 4 + self.below(16);
        let text: Vec<String> = (0..length).map(|_| self.spoken()).collect();
        let (kind, name) = if line.is_multiple_of(2) { ("visitor", "") } else { ("agent", "John Doe") };
        let at = begin + i64::try_from(line).unwrap_or(0) * 9_000;
        json!({ "type": kind, "name": name, "from": name, "content": text.join(" "), "sentAt": at, "triggeredBy": null })
    }

    fn spoken(&mut self) -> String {
        #[allow(clippy::cast_precision_loss, reason = "a million steps are enough to choose a word")]
        let point = self.below(1_000_000) as f64 / 1_000_000.0;
        let rank = self.shares.partition_point(|share| *share < point);
        self.word(rank).to_owned()
    }

    fn new_word(&mut self) -> String {
        let syllables = 1 + self.below(4);
        let letter = |corpus: &mut Self, letters: &[u8]| char::from(letters[corpus.below(letters.len())]);
        (0..syllables).flat_map(|_| [letter(self, b"bcdfghjklmnprstvz"), letter(self, b"aeiou")]).collect()
    }
}
