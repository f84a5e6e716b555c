//! A plan read from text:
//!
//! ```text
//! plan   = [ condition { "," condition } ":" ] step { "," step }
//! condition = "per event" | "quarantine too"
//! step   = part { part } [ "x" NUMBER ]
//! part   = STATUS | "drop" | "as usual" | "wait" DURATION | "retry-after" SECONDS
//!        | "header" "\"Name: value\"" | "body" "\"text\""
//! ```
//!
//! A status that services may take amiss is written with an exclamation mark (`410!`), so that nobody gives it unawares.

use std::fmt;
use std::str::FromStr;
use std::time::Duration;

use afterchat_transcript::Header;

use super::write::RETRY_AFTER;
use super::{AnswerPlan, BODY, HEADERS, LONGEST_WAIT, Risk, STEPS, Said, Step, TIMES};

/// The longest text of a plan in bytes.
const TEXT: usize = 16 * 1024;
/// What a step may begin with, for whoever wrote something else.
const PARTS: &str = "A step is a status such as 503, “drop” or “as usual”, with “wait 12s”, “retry-after 30”, “header \"Name: value\"” or “body \"text\"” beside it, and “x2” at its end.";

/// Why a text is no plan.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PlanError {
    /// Where, in characters from the start.
    pub at: usize,
    /// How many characters are meant; 0 at the end of the text.
    pub length: usize,
    /// What is wrong and what is allowed, in a sentence or two.
    pub words: String,
}

impl fmt::Display for PlanError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "At character {}: {}", self.at + 1, self.words)
    }
}

impl std::error::Error for PlanError {}

impl FromStr for AnswerPlan {
    type Err = PlanError;

    fn from_str(text: &str) -> Result<Self, PlanError> {
        if text.len() > TEXT {
            return Err(error(0, 0, format!("An answer plan has at most {TEXT} bytes.")));
        }
        Reader { tokens: tokens(text)?, next: 0, end: text.chars().count() }.plan()
    }
}

fn error(at: usize, length: usize, words: impl Into<String>) -> PlanError {
    PlanError { at, length, words: words.into() }
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Kind {
    /// In small letters.
    Word(String),
    Quoted(String),
    Comma,
    Colon,
}

#[derive(Debug, Clone)]
struct Token {
    kind: Kind,
    at: usize,
    length: usize,
}

impl Token {
    fn error(&self, words: impl Into<String>) -> PlanError {
        error(self.at, self.length, words)
    }
}

fn tokens(text: &str) -> Result<Vec<Token>, PlanError> {
    let mut found = Vec::new();
    let mut letters = text.chars().enumerate().peekable();
    while let Some((at, letter)) = letters.next() {
        let (kind, end) = match letter {
            letter if letter.is_whitespace() => continue,
            ',' => (Kind::Comma, at + 1),
            ':' => (Kind::Colon, at + 1),
            '"' => {
                let mut quoted = String::new();
                let end = loop {
                    match letters.next() {
                        Some((end, '"')) => break end + 1,
                        Some((_, '\\')) => quoted.push(match letters.next() {
                            Some((_, 'n')) => '\n',
                            Some((_, 'r')) => '\r',
                            Some((_, 't')) => '\t',
                            Some((_, same @ ('"' | '\\'))) => same,
                            Some((end, other)) => {
                                let words = format!(
                                    "“\\{other}” means nothing here. Between quotes, \\\" \\\\ \\n \\r and \\t are known."
                                );
                                return Err(error(end - 1, 2, words));
                            }
                            None => return Err(error(at, 1, "This quote is not closed.")),
                        }),
                        Some((_, letter)) => quoted.push(letter),
                        None => return Err(error(at, 1, "This quote is not closed.")),
                    }
                };
                (Kind::Quoted(quoted), end)
            }
            letter => {
                let mut word = String::from(letter);
                let ends = |letter: char| letter.is_whitespace() || matches!(letter, ',' | ':' | '"');
                while let Some((_, letter)) = letters.next_if(|(_, letter)| !ends(*letter)) {
                    word.push(letter);
                }
                let end = at + word.chars().count();
                (Kind::Word(word.to_lowercase()), end)
            }
        };
        found.push(Token { kind, at, length: end - at });
    }
    Ok(found)
}

struct Reader {
    tokens: Vec<Token>,
    next: usize,
    end: usize,
}

/// A step while its parts are read, in any order.
#[derive(Default)]
struct Parts {
    status: Option<u16>,
    said: Option<Said>,
    headers: Vec<Header>,
    body: Option<String>,
    wait: Option<Duration>,
    times: Option<u32>,
}

impl Reader {
    fn plan(mut self) -> Result<AnswerPlan, PlanError> {
        let (mut per_event, mut quarantine_too) = (false, false);
        if self.tokens.iter().any(|token| token.kind == Kind::Colon) {
            loop {
                let at = self.here();
                let words = [self.word(), self.word()];
                match [words[0].as_deref(), words[1].as_deref()] {
                    [Some("per"), Some("event")] => per_event = true,
                    [Some("quarantine"), Some("too")] => quarantine_too = true,
                    _ => {
                        let words = "Before a colon stand “per event” or “quarantine too”.";
                        return Err(error(at.0, at.1, words));
                    }
                }
                match self.take() {
                    Some(Token { kind: Kind::Colon, .. }) => break,
                    Some(Token { kind: Kind::Comma, .. }) => {}
                    other => return Err(self.unexpected(other, "Here a colon is missing.")),
                }
            }
        }
        let mut steps = Vec::new();
        loop {
            let at = self.here();
            if steps.len() == STEPS {
                return Err(error(at.0, at.1, format!("A plan has at most {STEPS} steps.")));
            }
            steps.push(self.step()?);
            match self.take() {
                None => break,
                Some(Token { kind: Kind::Comma, .. }) => {}
                other => return Err(self.unexpected(other, PARTS)),
            }
        }
        Ok(AnswerPlan { steps, per_event, quarantine_too })
    }

    fn step(&mut self) -> Result<Step, PlanError> {
        let start = self.here();
        let mut parts = Parts::default();
        let mut any = false;
        while let Some(token) = self.tokens.get(self.next).cloned() {
            let Kind::Word(word) = &token.kind else { break };
            if parts.times.is_some() {
                return Err(token.error("“x2” stands at the end of a step. Separate steps with commas."));
            }
            self.next += 1;
            any = true;
            self.part(&mut parts, &token, word)?;
        }
        if !any {
            return Err(error(start.0, start.1, format!("Here a step is missing. {PARTS}")));
        }
        parts.step().map_err(|words| error(start.0, start.1, words))
    }

    fn part(&mut self, parts: &mut Parts, token: &Token, word: &str) -> Result<(), PlanError> {
        let taken =
            |there: bool| if there { Err(token.error("This is said twice in one step.")) } else { Ok(()) };
        match word {
            "drop" => {
                taken(parts.said.is_some())?;
                parts.said = Some(Said::Drop);
            }
            "as" => {
                taken(parts.said.is_some())?;
                match self.word().as_deref() {
                    Some("usual") => parts.said = Some(Said::Usual),
                    _ => return Err(token.error("Do you mean “as usual”?")),
                }
            }
            "wait" => {
                taken(parts.wait.is_some())?;
                parts.wait = Some(self.wait(token)?);
            }
            "retry-after" => {
                let seconds = self.word().and_then(|word| word.trim_end_matches('s').parse::<u32>().ok());
                let seconds = seconds.ok_or_else(|| {
                    token.error("After “retry-after” stands a number of seconds, such as 30.")
                })?;
                let value = seconds.to_string().into_bytes();
                parts
                    .header(Header { name: RETRY_AFTER.to_owned(), value })
                    .map_err(|words| token.error(words))?;
            }
            "header" => {
                let text = self.quoted(token)?;
                let header = header(&text).map_err(|words| token.error(words))?;
                parts.header(header).map_err(|words| token.error(words))?;
            }
            "body" => {
                taken(parts.body.is_some())?;
                let text = self.quoted(token)?;
                if text.len() > BODY {
                    return Err(token.error(format!("A body has at most {BODY} bytes.")));
                }
                parts.body = Some(text);
            }
            _ if let Some(times) = word.strip_prefix('x').and_then(|digits| digits.parse().ok()) => {
                if !(1..=TIMES).contains(&times) {
                    return Err(token.error(format!("A step is taken 1 to {TIMES} times.")));
                }
                parts.times = Some(times);
            }
            _ => {
                let status = status(word).map_err(|words| token.error(words))?;
                taken(parts.status.is_some())?;
                parts.status = Some(status);
            }
        }
        Ok(())
    }

    fn wait(&mut self, token: &Token) -> Result<Duration, PlanError> {
        let word = self.word().unwrap_or_default();
        let digits = word.trim_end_matches(|letter: char| letter.is_ascii_alphabetic());
        let unit = match &word[digits.len()..] {
            "ms" => 1,
            "s" | "" => 1_000,
            "m" | "min" => 60_000,
            _ => 0,
        };
        let millis =
            digits.parse::<u64>().ok().filter(|_| unit > 0).map(|number| number.saturating_mul(unit));
        let wait = millis.map(Duration::from_millis);
        wait.filter(|wait| !wait.is_zero() && *wait <= LONGEST_WAIT).ok_or_else(|| {
            token.error("After “wait” stands a time of up to 60 seconds, such as 12s or 500ms.")
        })
    }

    fn quoted(&mut self, token: &Token) -> Result<String, PlanError> {
        match self.tokens.get(self.next).map(|token| &token.kind) {
            Some(Kind::Quoted(text)) => {
                self.next += 1;
                Ok(text.clone())
            }
            _ => Err(token.error("After this a text between double quotes is missing.")),
        }
    }

    fn word(&mut self) -> Option<String> {
        let Kind::Word(word) = &self.tokens.get(self.next)?.kind else { return None };
        self.next += 1;
        Some(word.clone())
    }

    fn take(&mut self) -> Option<Token> {
        let token = self.tokens.get(self.next).cloned();
        self.next += 1;
        token
    }

    /// Where the next token stands.
    fn here(&self) -> (usize, usize) {
        self.tokens.get(self.next).map_or((self.end, 0), |token| (token.at, token.length))
    }

    fn unexpected(&self, token: Option<Token>, words: &str) -> PlanError {
        token.map_or_else(|| error(self.end, 0, words), |token| token.error(words))
    }
}

impl Parts {
    fn header(&mut self, header: Header) -> Result<(), String> {
        if self.headers.len() == HEADERS {
            return Err(format!("An answer has at most {HEADERS} header lines."));
        }
        self.headers.push(header);
        Ok(())
    }

    fn step(self) -> Result<Step, &'static str> {
        let own = self.status.is_some() || !self.headers.is_empty() || self.body.is_some();
        let said = match (self.said, own) {
            (Some(_), true) => {
                return Err("A step is either “drop”, “as usual” or an answer of its own, not two of them.");
            }
            (Some(said), false) => said,
            (None, false) => Said::Usual,
            (None, true) => {
                Said::Own { status: self.status.unwrap_or(200), headers: self.headers, body: self.body }
            }
        };
        Ok(Step { said, wait: self.wait.unwrap_or_default(), times: self.times })
    }
}

fn status(word: &str) -> Result<u16, String> {
    let (digits, meant) = word.strip_suffix('!').map_or((word, false), |digits| (digits, true));
    let Ok(status) = digits.parse::<u16>() else {
        return Err(format!("“{}” is not known here. {PARTS}", crate::export::visible_line(word)));
    };
    if !(200..600).contains(&status) || digits.len() != 3 {
        return Err("A status is a number from 200 to 599.".to_owned());
    }
    match Risk::of(status) {
        Some(risk) if !meant => Err(format!("{} Write {status}! if you mean it.", risk.why())),
        _ => Ok(status),
    }
}

/// A header line that an answer may have.
fn header(line: &str) -> Result<Header, String> {
    /// Those of the connection, and those that say how long the answer is.
    const OURS: [&str; 9] = [
        "connection",
        "content-length",
        "date",
        "keep-alive",
        "proxy-connection",
        "te",
        "trailer",
        "transfer-encoding",
        "upgrade",
    ];
    let (name, value) =
        line.split_once(':').ok_or("A header is written “Name: value”, with a colon between them.")?;
    let (name, value) = (name.trim(), value.trim());
    let token = |byte: u8| byte.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&byte);
    if name.is_empty() || !name.bytes().all(token) {
        return Err("A header's name has letters, digits and hyphens only.".to_owned());
    }
    if OURS.iter().any(|ours| name.eq_ignore_ascii_case(ours)) {
        return Err(format!("{name} is set by the connection itself."));
    }
    if value.chars().any(|letter| letter.is_control() && letter != '\t') {
        return Err("A header's value has no line breaks or other control characters.".to_owned());
    }
    Ok(Header { name: name.to_owned(), value: value.as_bytes().to_vec() })
}
