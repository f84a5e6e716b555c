//! A line of text that a person enters.

use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};

/// What came of a key.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Entered {
    /// It is still being written.
    Writing,
    /// This is it.
    Done(String),
    /// Never mind.
    Left,
}

/// A text and the place in it where the next letter goes.
#[derive(Debug)]
pub(crate) struct Prompt {
    text: String,
    /// In bytes, at a letter's beginning.
    at: usize,
}

impl Prompt {
    /// Begins with this text, at its end.
    pub(crate) fn new(text: &str) -> Self {
        Self { text: text.to_owned(), at: text.len() }
    }

    /// The text before and after the place.
    pub(crate) fn halves(&self) -> (&str, &str) {
        self.text.split_at(self.at)
    }

    pub(crate) fn take(&mut self, key: KeyEvent) -> Entered {
        let control = key.modifiers.contains(KeyModifiers::CONTROL);
        match key.code {
            KeyCode::Enter => return Entered::Done(self.text.trim().to_owned()),
            KeyCode::Esc => return Entered::Left,
            KeyCode::Char('c') if control => return Entered::Left,
            KeyCode::Char('u') if control => {
                self.text.drain(..self.at);
                self.at = 0;
            }
            KeyCode::Char(letter) if !control => self.insert(letter),
            KeyCode::Backspace => {
                let before = self.before();
                self.text.drain(before..self.at);
                self.at = before;
            }
            KeyCode::Delete => {
                let after = self.after();
                self.text.drain(self.at..after);
            }
            KeyCode::Left => self.at = self.before(),
            KeyCode::Right => self.at = self.after(),
            KeyCode::Home => self.at = 0,
            KeyCode::End => self.at = self.text.len(),
            _ => {}
        }
        Entered::Writing
    }

    /// Takes a text that was pasted, as one line.
    pub(crate) fn paste(&mut self, text: &str) {
        text.chars().filter(|letter| !letter.is_control()).for_each(|letter| self.insert(letter));
    }

    fn insert(&mut self, letter: char) {
        self.text.insert(self.at, letter);
        self.at += letter.len_utf8();
    }

    fn before(&self) -> usize {
        self.text[..self.at].char_indices().next_back().map_or(0, |(at, _)| at)
    }

    fn after(&self) -> usize {
        self.at + self.text[self.at..].chars().next().map_or(0, char::len_utf8)
    }
}

#[cfg(test)]
mod tests {
    use super::{Entered, Prompt};
    use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};

    #[test]
    fn a_line_is_written_and_mended() {
        let mut prompt = Prompt::new("http://é");
        let mut press = |code| prompt.take(KeyEvent::new(code, KeyModifiers::NONE));
        for code in [
            KeyCode::Backspace,
            KeyCode::Char('ö'),
            KeyCode::Left,
            KeyCode::Char('a'),
            KeyCode::Right,
            KeyCode::Char('z'),
            KeyCode::Home,
            KeyCode::Delete,
            KeyCode::Left,
            KeyCode::Char('H'),
        ] {
            assert_eq!(press(code), Entered::Writing);
        }
        assert_eq!(
            press(KeyCode::Enter),
            Entered::Done("Http://aöz".to_owned()),
            "letters of two bytes count as one"
        );
        assert_eq!(press(KeyCode::Esc), Entered::Left);
    }

    #[test]
    fn what_is_pasted_stays_one_line() {
        let mut prompt = Prompt::new("");
        prompt.paste("http://a\r\n\u{1b}[2J/b");
        assert_eq!(prompt.halves(), ("http://a[2J/b", ""));
    }
}
