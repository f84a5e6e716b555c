//! The last lines of what a tunnel said, for a person to read.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::SystemTime;

use tokio::sync::watch;

/// How many lines are kept.
const LINES: usize = 300;
/// The longest line in bytes; the rest of it is left out.
pub(crate) const LINE_BYTES: usize = 2000;

/// The last lines. Clones share them.
#[derive(Clone)]
pub struct Log {
    lines: Arc<Mutex<VecDeque<(SystemTime, String)>>>,
    hidden: Arc<Mutex<Vec<String>>>,
    written: watch::Sender<u64>,
}

impl std::fmt::Debug for Log {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        // What is hidden is hidden here too.
        write!(out, "Log({} lines)", self.lines.lock().unwrap_or_else(PoisonError::into_inner).len())
    }
}

impl Default for Log {
    fn default() -> Self {
        Self { lines: Arc::default(), hidden: Arc::default(), written: watch::Sender::new(0) }
    }
}

impl Log {
    /// Keeps a line. What is to be hidden is taken out of it, and a long line is cut.
    pub fn write(&self, at: SystemTime, line: &str) {
        let line = self.without_secrets(line);
        let mut lines = self.lines.lock().unwrap_or_else(PoisonError::into_inner);
        if lines.len() == LINES {
            lines.pop_front();
        }
        lines.push_back((at, cut(&line).to_owned()));
        drop(lines);
        self.written.send_modify(|count| *count += 1);
    }

    /// A text without what is to be hidden.
    #[must_use]
    pub fn without_secrets(&self, text: &str) -> String {
        let hidden = self.hidden.lock().unwrap_or_else(PoisonError::into_inner);
        hidden.iter().fold(text.to_owned(), |text, secret| text.replace(secret.as_str(), "…"))
    }

    /// From now on these never appear in a line.
    pub fn hide(&self, secrets: impl IntoIterator<Item = String>) {
        let mut hidden = self.hidden.lock().unwrap_or_else(PoisonError::into_inner);
        // A secret of a letter or two would blot out every line and hide nothing.
        hidden.extend(secrets.into_iter().filter(|secret| secret.len() > 3));
    }

    /// Every kept line, oldest first.
    #[must_use]
    pub fn lines(&self) -> Vec<(SystemTime, String)> {
        self.lines.lock().unwrap_or_else(PoisonError::into_inner).iter().cloned().collect()
    }

    /// A number that moves with every line.
    #[must_use]
    pub fn written(&self) -> watch::Receiver<u64> {
        self.written.subscribe()
    }
}

fn cut(line: &str) -> &str {
    &line[..line.floor_char_boundary(LINE_BYTES)]
}

#[cfg(test)]
mod tests {
    use std::time::SystemTime;

    use super::{LINE_BYTES, LINES, Log};

    #[test]
    fn the_last_lines_are_kept_short_and_without_secrets() {
        let log = Log::default();
        log.hide(["tok-4711".to_owned(), "a".to_owned()]);
        for number in 0..LINES + 5 {
            log.write(
                SystemTime::UNIX_EPOCH,
                &format!("{number} a token tok-4711 {}", "ä".repeat(LINE_BYTES)),
            );
        }
        let lines = log.lines();
        assert_eq!(lines.len(), LINES, "a talkative program fills no memory");
        assert!(lines[0].1.starts_with("5 a token … ä"), "the oldest went: {}", &lines[0].1[..30]);
        assert!(!format!("{log:?}").contains("4711"), "{log:?}");
        assert!(lines.iter().all(|(_, line)| line.len() <= LINE_BYTES && !line.contains("4711")));
    }
}
