//! The keys of the live view: what each does, once for the view and for its own help.

use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};

/// What a person wants.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Action {
    Down,
    Up,
    PageDown,
    PageUp,
    Oldest,
    Newest,
    Open,
    Back,
    Replay,
    Copy,
    Pause,
    Addresses,
    Keys,
    Quit,
}

/// Every key that is worth telling, and what it does.
pub(crate) const TABLE: &[(&str, &str)] = &[
    ("↑ ↓  k j", "choose a delivery; while one is open: scroll"),
    ("PgUp PgDn", "a page up or down"),
    ("g  Home", "the oldest here"),
    ("G  End", "the newest, and follow what arrives"),
    ("Enter o", "open it: headers, body, what each value became"),
    ("r", "replay it: send it again, byte for byte, to an address you enter"),
    ("c", "copy it as a curl line, without secrets"),
    ("p", "pause, so that nothing moves; again to go on"),
    ("a", "the addresses for your services"),
    ("?", "these keys"),
    ("Esc", "back"),
    ("q  Ctrl-C", "stop listening"),
];

/// The few that are shown all the time.
pub(crate) const HINTS: &[(&str, &str)] = &[
    ("↑↓", "choose"),
    ("⏎", "open"),
    ("r", "replay"),
    ("c", "copy"),
    ("p", "pause"),
    ("a", "addresses"),
    ("?", "keys"),
    ("q", "quit"),
];

/// What this key means outside of a text that is being entered.
pub(crate) fn action(key: KeyEvent) -> Option<Action> {
    let control = key.modifiers.contains(KeyModifiers::CONTROL);
    Some(match key.code {
        KeyCode::Char('c' | 'd') if control => Action::Quit,
        KeyCode::Char(_) if control => return None,
        KeyCode::Down | KeyCode::Char('j') => Action::Down,
        KeyCode::Up | KeyCode::Char('k') => Action::Up,
        KeyCode::PageDown | KeyCode::Char(' ') => Action::PageDown,
        KeyCode::PageUp => Action::PageUp,
        KeyCode::Home | KeyCode::Char('g') => Action::Oldest,
        KeyCode::End | KeyCode::Char('G') => Action::Newest,
        KeyCode::Enter | KeyCode::Char('o') => Action::Open,
        KeyCode::Esc | KeyCode::Backspace | KeyCode::Left => Action::Back,
        KeyCode::Char('r') => Action::Replay,
        KeyCode::Char('c') => Action::Copy,
        KeyCode::Char('p') => Action::Pause,
        KeyCode::Char('a') => Action::Addresses,
        KeyCode::Char('?') => Action::Keys,
        KeyCode::Char('q') => Action::Quit,
        _ => return None,
    })
}
