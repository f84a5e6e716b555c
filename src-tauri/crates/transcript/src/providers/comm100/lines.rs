//! The transcript, which is one text: lines joined by `⊙`, by a line break, or by a backslash and an `n`.
//!
//! A spoken line is `[HH:MM:SS] Name: text`. System lines are English sentences without a time, the last one with a
//! time in brackets at its end. Nothing in a text is escaped, so what somebody says can look like a line: a piece that
//! is neither timed nor a sentence known from the service belongs to what was said before it.

use std::collections::HashSet;

use super::super::shared::{Agents, cut};
use super::bytes_of;
use super::clock::{Clock, of_day};
use crate::Instant;
use crate::model::{MessageFacts, PersonFacts, Role, Sourced};
use crate::reading::{Findings, Part};

/// The ways in which lines are joined, the published one first. Design notes have their backslash doubled.
const JOINTS: [&str; 6] = ["⊙", "\\r\\n", "\\n", "\\\\n", "\r\n", "\n"];
/// How sentences of the service begin.
const SENTENCES: [&str; 9] = [
    "The visitor has ",
    "Visitor has ",
    "The chat is ended",
    "The chat has been ",
    "Chat has been ",
    "It's been a while since your last response",
    "It has been a while since your last response",
    "You are now chatting with ",
    "The agent has ",
];

/// Whom names in a transcript belong to. All names are in lower case.
#[derive(Default)]
pub(super) struct Speakers {
    /// Names in the list of agents.
    pub(super) agents: HashSet<String>,
    /// The visitor's names.
    pub(super) visitors: HashSet<String>,
    /// Names of agents whose coming the transcript reports.
    joined: HashSet<String>,
}

impl Speakers {
    fn know(&self, name: &str) -> bool {
        let name = name.to_lowercase();
        [&self.agents, &self.visitors, &self.joined].iter().any(|names| names.contains(&name))
    }

    /// The role of a name, and whether it is the name of two people.
    fn role(&self, name: &str) -> (Role, bool) {
        let name = name.to_lowercase();
        let (agent, visitor) = (self.agents.contains(&name), self.visitors.contains(&name));
        let joined = self.joined.contains(&name);
        let role = if agent || (joined && !visitor) { Role::Agent } else { Role::Visitor };
        (role, visitor && (agent || joined))
    }
}

/// One line by its bytes in the text.
struct Line {
    start: usize,
    end: usize,
    spoken: bool,
}

/// Reads all lines into the part. `base` is the moment near which the first clock time lies.
pub(super) fn read(
    transcript: &Sourced<String>,
    base: Option<Instant>,
    mut speakers: Speakers,
    part: &mut Part,
    agents: &mut Agents,
    findings: &mut Findings,
) {
    let whole = transcript.value.as_str();
    let lines = lines(whole);
    for line in lines.iter().filter(|line| !line.spoken) {
        if let Some((start, end)) = joining(&whole[line.start..line.end]) {
            let name = cut(transcript, line.start + start..line.start + end);
            speakers.joined.extend(name.iter().map(|name| name.value.to_lowercase()));
            agents.add(part, &PersonFacts { name, ..PersonFacts::default() });
        }
    }
    let mut clock = Clock::new(base);
    let mut doubtful = false;
    for line in &lines {
        let (message, of_two) = read_line(transcript, line, &speakers, &mut clock);
        doubtful |= of_two;
        if message.role == Role::Agent {
            agents.add(part, &message.author);
        }
        part.messages.push(message);
    }
    if doubtful {
        findings.notice(
            "ambiguous_name",
            Some(&transcript.origin),
            "The visitor and an agent have the same name. The transcript tells speakers apart by name only, so their lines may be mixed up.",
        );
    }
    if part.messages.iter().any(|message| message.words.at.is_some()) {
        findings.notice(
            "clock_without_date",
            Some(&transcript.origin),
            "Lines have a clock time only. They were dated by the chat's own times and read as UTC.",
        );
    }
}

/// Cuts the text at the joint that gives the most lines of a known shape.
fn lines(whole: &str) -> Vec<Line> {
    let known = |joint: &str| {
        let pieces = whole.split(joint).map(|piece| piece.trim_end_matches('\r'));
        pieces.filter(|piece| stamp(piece).is_some() || is_sentence(piece)).count()
    };
    let mut joint = JOINTS[0];
    for other in &JOINTS[1..] {
        if known(other) > known(joint) {
            joint = other;
        }
    }
    let mut found: Vec<Line> = Vec::new();
    let mut start = 0;
    let last = whole.trim_end().strip_suffix(joint).map_or(whole.trim_end().len(), str::len);
    for piece in whole.split(joint) {
        let (from, to) = (start, start + piece.len());
        start = to + joint.len();
        let piece = piece.trim_end_matches('\r');
        let end = from + piece.len();
        if piece.trim().is_empty() {
            continue;
        }
        let rest = &piece[stamp(piece).unwrap_or(0)..];
        let spoken = rest.len() < piece.len() && colons(rest).next().is_some();
        let own = spoken || is_sentence(rest) || (end >= last && closing_stamp(piece).is_some());
        match found.last_mut().filter(|line| line.spoken && !own) {
            Some(before) => before.end = end,
            None => found.push(Line { start: from, end, spoken }),
        }
    }
    found
}

/// Where the words begin after a leading `[HH:MM:SS]`.
fn stamp(piece: &str) -> Option<usize> {
    let inner = piece.strip_prefix('[')?.get(..8)?;
    of_day(inner)?;
    let rest = piece[9..].strip_prefix(']')?;
    Some(piece.len() - rest.trim_start_matches(' ').len())
}

/// The bytes of a trailing `(HH:MM:SS)`, brackets included.
fn closing_stamp(piece: &str) -> Option<usize> {
    let start = piece.trim_end().strip_suffix(')')?.rfind('(')?;
    of_day(piece.trim_end().get(start + 1..piece.trim_end().len() - 1)?)?;
    Some(start)
}

fn is_sentence(piece: &str) -> bool {
    let piece = piece.trim();
    SENTENCES.iter().any(|sentence| piece.starts_with(sentence))
        || ((piece.starts_with("Agent ") || piece.starts_with("Bot "))
            && piece.contains(" has ")
            && piece.ends_with('.'))
}

/// The name in “Agent X has joined the chat.”.
fn joining(piece: &str) -> Option<(usize, usize)> {
    let sentence = &piece[stamp(piece).unwrap_or(0)..];
    let start = piece.len() - sentence.trim_start().strip_prefix("Agent ")?.len();
    let end = start + piece[start..].find(" has joined")?;
    (start < end).then_some((start, end))
}

fn read_line(
    transcript: &Sourced<String>,
    line: &Line,
    speakers: &Speakers,
    clock: &mut Clock,
) -> (MessageFacts, bool) {
    let piece = &transcript.value[line.start..line.end];
    let words = |from: usize, to: usize| cut(transcript, line.start + from..line.start + to);
    let mut at = |from: usize| {
        let value = clock.next(of_day(piece.get(from..from + 8)?)?)?;
        let start = line.start + from;
        Some(Sourced { value, origin: bytes_of(&transcript.origin, start, start + 8) })
    };
    let mut message = MessageFacts::new(Role::System);
    let Some(rest) = stamp(piece) else {
        let closing = closing_stamp(piece);
        message.words.at = closing.and_then(|start| at(start + 1));
        let end = closing.filter(|_| message.words.at.is_some()).unwrap_or(piece.len());
        message.words.text = words(0, end).or_else(|| words(0, piece.len()));
        return (message, false);
    };
    message.words.at = at(1);
    // A time that cannot be dated stays part of the words, so that it is not lost.
    let dated = message.words.at.is_some();
    let Some((name_end, text)) = name(&piece[rest..], speakers).filter(|_| line.spoken) else {
        message.words.text = words(if dated { rest } else { 0 }, piece.len());
        return (message, false);
    };
    let (role, of_two) = speakers.role(&piece[rest..rest + name_end]);
    message.role = role;
    message.author.name = words(rest, rest + name_end);
    message.words.text = words(if dated { rest + text } else { 0 }, piece.len());
    (message, of_two)
}

/// Where the name ends and where the words begin. A name may hold a colon: the longest known name counts, else what
/// stands before the first colon.
fn name(words: &str, speakers: &Speakers) -> Option<(usize, usize)> {
    let ends: Vec<usize> = colons(words).take(8).collect();
    let end = ends.iter().rev().find(|end| speakers.know(&words[..**end])).or(ends.first())?;
    let text = &words[end + 1..];
    Some((*end, words.len() - text.strip_prefix(' ').unwrap_or(text).len()))
}

/// Where a name could end: at colons that a blank or nothing follows.
fn colons(words: &str) -> impl Iterator<Item = usize> {
    let all = words.match_indices(':').map(|(at, _)| at);
    all.filter(|at| *at > 0 && matches!(words[at + 1..].chars().next(), None | Some(' ')))
}
