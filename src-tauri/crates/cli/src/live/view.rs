//! What the live view shows and what a key changes in it. It asks for nothing and draws nothing.

use afterchat_transcript::Instant;
use crossterm::event::KeyEvent;

use super::keys::{Action, action};
use super::prompt::{Entered, Prompt};
use super::stream::Stream;

/// Rows that a page key moves by, before the screen's size is known.
const FIRST_PAGE: usize = 10;

/// What a key asks of the program.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Wish {
    Nothing,
    /// Show this delivery.
    Open(i64),
    /// Send this delivery again to this address.
    Replay {
        id: i64,
        target: String,
    },
    /// Copy this delivery as a curl line.
    Copy(i64),
    /// End the program.
    Quit,
}

/// What lies over the stream.
#[derive(Debug, Default)]
pub(crate) enum Page {
    #[default]
    Stream,
    Opened(Opened),
    Addresses,
    Keys,
}

/// A delivery that is looked at.
#[derive(Debug)]
pub(crate) struct Opened {
    pub(crate) id: i64,
    pub(crate) text: String,
    /// The first line in sight.
    pub(crate) top: usize,
}

/// A name and the address behind it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Address {
    pub(crate) source: String,
    pub(crate) url: String,
}

/// Everything that is in sight.
#[derive(Debug)]
pub(crate) struct View {
    /// What is listening where, and what became of tunnel and targets: the lines at the top.
    pub(crate) head: Vec<String>,
    pub(crate) addresses: Vec<Address>,
    pub(crate) stream: Stream,
    pub(crate) page: Page,
    /// The number of the delivery that is to be replayed, and where to.
    pub(crate) replay: Option<(i64, Prompt)>,
    /// What was done last.
    pub(crate) said: Option<String>,
    /// How many rows fit, as of the last drawing.
    pub(crate) rows_in_sight: usize,
    /// How a time is told.
    pub(crate) time: fn(Instant) -> String,
    /// Where the next replay goes unless something else is entered.
    target: String,
}

impl View {
    /// `target` is offered for the first replay.
    pub(crate) fn new(
        head: Vec<String>,
        addresses: Vec<Address>,
        target: &str,
        time: fn(Instant) -> String,
    ) -> Self {
        Self {
            head,
            addresses,
            stream: Stream::default(),
            page: Page::default(),
            replay: None,
            said: None,
            rows_in_sight: FIRST_PAGE,
            time,
            target: target.to_owned(),
        }
    }

    pub(crate) fn press(&mut self, key: KeyEvent) -> Wish {
        if let Some((id, prompt)) = &mut self.replay {
            let id = *id;
            let entered = prompt.take(key);
            if entered != Entered::Writing {
                self.replay = None;
            }
            return match entered {
                Entered::Done(target) if !target.is_empty() => {
                    self.target.clone_from(&target);
                    Wish::Replay { id, target }
                }
                _ => Wish::Nothing,
            };
        }
        let Some(action) = action(key) else { return Wish::Nothing };
        self.said = None;
        self.act(action)
    }

    pub(crate) fn paste(&mut self, text: &str) {
        if let Some((_, prompt)) = &mut self.replay {
            prompt.paste(text);
        }
    }

    fn act(&mut self, action: Action) -> Wish {
        let page = isize::try_from(self.rows_in_sight.max(1)).unwrap_or(isize::MAX);
        match action {
            Action::Quit => return Wish::Quit,
            Action::Down => self.go(1),
            Action::Up => self.go(-1),
            Action::PageDown => self.go(page),
            Action::PageUp => self.go(-page),
            Action::Oldest => self.go_to_end(false),
            Action::Newest => self.go_to_end(true),
            Action::Back => self.page = Page::Stream,
            Action::Pause => self.stream.pause_or_go_on(),
            Action::Addresses => self.page = Page::Addresses,
            Action::Keys => self.page = Page::Keys,
            Action::Open => {
                if let (Page::Stream, Some(id)) = (&self.page, self.meant()) {
                    return Wish::Open(id);
                }
            }
            Action::Copy => return self.meant().map_or(Wish::Nothing, Wish::Copy),
            Action::Replay => self.replay = self.meant().map(|id| (id, Prompt::new(&self.target))),
        }
        Wish::Nothing
    }

    /// The delivery that a key means: the open one, else the chosen one.
    fn meant(&self) -> Option<i64> {
        match &self.page {
            Page::Opened(opened) => Some(opened.id),
            Page::Stream => self.stream.chosen().map(|row| row.id.0),
            Page::Addresses | Page::Keys => None,
        }
    }

    fn go(&mut self, rows: isize) {
        match &mut self.page {
            Page::Stream => self.stream.go(rows),
            // The drawing knows how long the text is on this screen, and stops at its end.
            Page::Opened(opened) => opened.top = opened.top.saturating_add_signed(rows),
            Page::Addresses | Page::Keys => {}
        }
    }

    fn go_to_end(&mut self, newest: bool) {
        match &mut self.page {
            Page::Stream if newest => self.stream.go_to_newest(),
            Page::Stream => self.stream.go_to_oldest(),
            Page::Opened(opened) => opened.top = if newest { usize::MAX } else { 0 },
            Page::Addresses | Page::Keys => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};

    use super::{Page, View, Wish};
    use crate::live::testing::deliveries;

    fn press(view: &mut View, keys: &str) -> Wish {
        let mut wish = Wish::Nothing;
        for letter in keys.chars() {
            let code = match letter {
                '\n' => KeyCode::Enter,
                '\u{1b}' => KeyCode::Esc,
                letter => KeyCode::Char(letter),
            };
            wish = view.press(KeyEvent::new(code, KeyModifiers::NONE));
        }
        wish
    }

    fn view() -> View {
        let mut view = View::new(Vec::new(), Vec::new(), "http://127.0.0.1:3000/", |at| at.to_string());
        view.stream.add(deliveries(1..=5));
        view
    }

    #[test]
    fn keys_mean_the_chosen_delivery_or_the_open_one() {
        let mut view = view();
        assert_eq!(press(&mut view, "kc"), Wish::Copy(4));
        assert_eq!(press(&mut view, "o"), Wish::Open(4));
        view.page = Page::Opened(super::Opened { id: 4, text: String::new(), top: 0 });
        view.stream.go_to_newest();
        assert_eq!(press(&mut view, "c"), Wish::Copy(4), "the open one is meant, whatever arrives behind it");
        assert_eq!(press(&mut view, "\u{1b}c"), Wish::Copy(5));
    }

    #[test]
    fn a_replay_goes_where_it_was_said_and_offers_that_the_next_time() {
        let mut view = view();
        let to = |id, target: &str| Wish::Replay { id, target: target.to_owned() };
        assert_eq!(
            press(&mut view, "rq\n"),
            to(5, "http://127.0.0.1:3000/q"),
            "a letter is text here, not a key"
        );
        assert_eq!(press(&mut view, "kr\n"), to(4, "http://127.0.0.1:3000/q"));
        assert_eq!(press(&mut view, "r\u{1b}"), Wish::Nothing, "Escape sends nothing");
        assert!(view.replay.is_none());
    }

    #[test]
    fn nothing_is_meant_where_nothing_is() {
        let mut view = View::new(Vec::new(), Vec::new(), "", |at| at.to_string());
        for keys in ["o", "c", "k", "g", "G", "r", "?c", "ar"] {
            assert_eq!(press(&mut view, keys), Wish::Nothing, "{keys}");
        }
        assert_eq!(press(&mut view, "q"), Wish::Quit);
    }
}
