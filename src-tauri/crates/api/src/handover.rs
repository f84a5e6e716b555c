//! What is handed on: a delivery as a text to copy, many as a HAR file or as test fixtures, a conversation. What is
//! secret is left out unless it was asked for.

use std::io::{self, Seek, Write};

use afterchat_archive::{ArchiveError, DeliveryId, Journalled, Source, Told};
use afterchat_relay::written::har::{Answer, Writer};
use afterchat_relay::written::{self, Address, BodyFrom, Fixture, Mask, Secrets, Unwritable, Written};
use afterchat_transcript::model::ConversationId;
use afterchat_transcript::{Delivery, Transcript};
use url::Url;
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, ZipWriter};

use crate::calls::types::{HandOverQuestion, HandedAs, WorkKind, WrittenForm};
use crate::product::Product;
use crate::work::{Ending, Work};
use crate::{Api, Failure};

/// Larger bodies are not put into a command unless that is asked for: no terminal takes them well.
const LARGEST_IN_COMMAND: usize = 100 << 10;
/// The body of the usual answer to a delivery that is kept.
const USUAL_ANSWER: &[u8] = br#"{"result":"ok"}"#;

/// How far handing over many has come: how many were looked at. False stops it.
pub type Step<'a> = &'a mut dyn FnMut(usize) -> bool;

/// Writes deliveries and conversations down. Equal secrets have equal placeholders in everything one of these writes.
#[derive(Debug)]
pub struct Scribe {
    api: Api,
    mask: Mask,
    secrets: bool,
    sources: Vec<Source>,
    base: String,
}

/// How handing over many went.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct HandedOver {
    /// Written.
    pub written: usize,
    /// Erased since they were chosen.
    pub gone: usize,
    /// True when it was stopped before all were written.
    pub stopped: bool,
}

impl Api {
    /// Begins to write deliveries and conversations down, with what is secret or without it.
    ///
    /// # Errors
    /// When the archive cannot be read.
    pub fn scribe(&self, secrets: bool) -> Result<Scribe, Failure> {
        let sources = self.archive.sources()?;
        let mask = mask(&sources, if secrets { Secrets::Shown } else { Secrets::Hidden });
        let base = self.door.base(&self.archive)?;
        Ok(Scribe { api: self.clone(), mask, secrets, base, sources })
    }

    /// What hides secrets where something is shown.
    pub(crate) fn mask(&self) -> Result<Mask, Failure> {
        Ok(mask(&self.archive.sources()?, Secrets::Hidden))
    }

    /// Begins to write deliveries into a file that can be saved afterwards, and tells the name of that work. Needs a
    /// tokio runtime.
    pub(crate) fn hand_over(&self, ask: HandOverQuestion) -> String {
        let (form, secrets) = (ask.form, ask.secrets.unwrap_or(false));
        let work = self.works.open(WorkKind::Export, title(form));
        let (id, api) = (work.id(), self.clone());
        work.run(move |work| api.make(&ask, form, secrets, work));
        id
    }

    fn make(
        &self,
        ask: &HandOverQuestion,
        form: HandedAs,
        secrets: bool,
        work: &Work,
    ) -> Result<Ending, Failure> {
        let chosen = self.chosen(&ask.which, &mut |_| !work.is_cancelled())?;
        let ids: Vec<DeliveryId> = chosen.into_iter().map(|one| one.id).collect();
        if work.is_cancelled() {
            return Ok(Ending::Cancelled);
        }
        let Some(first) = ids.first().copied() else {
            return Err(Failure::new("nothing_chosen", "No delivery fits. Nothing was written."));
        };
        let mut file = tempfile::tempfile_in(self.archive.folder()).map_err(|error| unwritten(&error))?;
        let mut scribe = self.scribe(secrets)?;
        let all = ids.len() as u64;
        let step: Step<'_> = &mut |done| {
            work.at(done as u64, Some(all), None);
            !work.is_cancelled()
        };
        let name = |ending: &str| match ids.as_slice() {
            [one] => format!("delivery-{one}.{ending}"),
            [first, .., last] => format!("deliveries-{first}-{last}.{ending}"),
            [] => String::new(),
        };
        let (handed, name) = match form {
            HandedAs::Har => (scribe.har(&ids, io::BufWriter::new(&mut file), step)?, name("har")),
            HandedAs::Fixtures => (scribe.fixtures_zip(&ids, &mut file, step)?, name("fixtures.zip")),
            HandedAs::Body | HandedAs::Request if ids.len() > 1 => {
                return Err(Failure::new("bad_question", "These are the bytes of one delivery only."));
            }
            HandedAs::Body => {
                let body = self.archive.delivery(first)?.delivery.body;
                file.write_all(&body).map_err(|error| unwritten(&error))?;
                (HandedOver { written: 1, ..HandedOver::default() }, name(written::extension(&body)))
            }
            HandedAs::Request => {
                let request = scribe.request(first, None)?;
                file.write_all(&request).map_err(|error| unwritten(&error))?;
                (HandedOver { written: 1, ..HandedOver::default() }, name("http"))
            }
        };
        work.counted(&[("written", handed.written as u64), ("gone", handed.gone as u64)]);
        if handed.stopped {
            return Ok(Ending::Cancelled);
        }
        work.made(Product::new(name, file).map_err(|error| unwritten(&error))?);
        Ok(Ending::Done)
    }

    /// The file that long work made.
    ///
    /// # Errors
    /// When there is no such work, or it made none.
    pub fn product(&self, work: &str) -> Result<Product, Failure> {
        let none = || Failure::new("not_found", "This work has no file; it may have been dismissed.");
        self.works.product(work)?.ok_or_else(none)
    }
}

/// A mask that knows the tokens and signing secrets of these sources.
fn mask(sources: &[Source], secrets: Secrets) -> Mask {
    let known = sources.iter().flat_map(|source| {
        let signing = source.secrets.iter().map(|known| known.secret.expose().to_owned());
        let old = source.old_tokens.iter().map(|old| old.token().to_owned());
        signing.chain([source.token.clone()]).chain(old).collect::<Vec<_>>()
    });
    Mask::new(secrets, known)
}

impl Scribe {
    /// One conversation to hand on.
    ///
    /// # Errors
    /// When there is no such conversation, or it cannot be looked through for secrets.
    pub fn conversation(&mut self, id: &ConversationId) -> Result<Transcript, Failure> {
        let transcript = self.api.archive.transcript(id)?;
        self.mask.conversation(&transcript).map_err(|error| Failure::new("internal", &error.to_string()))
    }

    /// How many different secrets it has left out so far.
    #[must_use]
    pub fn hidden(&self) -> usize {
        self.mask.hidden()
    }

    /// One delivery as a command or a raw request. `to` is where it sends to; without it the variable `HOOK_URL` stands
    /// there, or, where secrets are shown, the address of the delivery's own source. `whole` puts a body of any size
    /// into the command.
    ///
    /// # Errors
    /// When there is no such delivery, it cannot be written so, or the address is none.
    pub fn text(
        &mut self,
        id: DeliveryId,
        form: WrittenForm,
        to: Option<&str>,
        whole: bool,
    ) -> Result<Written, Failure> {
        let delivery = self.api.archive.delivery(id)?.delivery;
        let address = self.address(&delivery, to)?;
        let file = format!("delivery-{id}.{}", written::extension(&delivery.body));
        let large = !whole && delivery.body.len() > LARGEST_IN_COMMAND;
        let body = if large { BodyFrom::File(&file) } else { BodyFrom::Command };
        match form {
            WrittenForm::Curl => Ok(written::curl(&delivery, &address, body, &mut self.mask)),
            WrittenForm::Httpie => Ok(written::httpie(&delivery, &address, body, &mut self.mask)?),
            WrittenForm::Raw => Ok(written::raw_text(&delivery, &address, &mut self.mask)),
        }
    }

    /// The exact bytes of one delivery as a raw request, to this address if there is one.
    ///
    /// # Errors
    /// When there is no such delivery, or the address is none.
    pub fn request(&mut self, id: DeliveryId, to: Option<&str>) -> Result<Vec<u8>, Failure> {
        let delivery = self.api.archive.delivery(id)?.delivery;
        let address = self.address(&delivery, to)?;
        Ok(written::raw_bytes(&delivery, &address, &mut self.mask))
    }

    /// These deliveries as a HAR file.
    ///
    /// # Errors
    /// When the archive cannot be read or the file cannot be written.
    pub fn har(
        &mut self,
        ids: &[DeliveryId],
        out: impl Write,
        step: Step<'_>,
    ) -> Result<HandedOver, Failure> {
        let mut writer = Writer::new(out).map_err(|error| unwritten(&error))?;
        let base = self.base.clone();
        let handed = self.each(ids, step, |scribe, known| {
            let told = scribe.api.archive.answer_to(known.id).map_err(io::Error::other)?;
            let answer = told.map(answer);
            writer.add(known.id.0, &known.delivery, answer.as_ref(), &base, &mut scribe.mask)
        })?;
        writer.finish().map_err(|error| unwritten(&error))?;
        Ok(handed)
    }

    /// The fixture of each of these deliveries, one after another, and the page about them all.
    ///
    /// # Errors
    /// When the archive cannot be read or `each` fails.
    pub fn fixtures(
        &mut self,
        ids: &[DeliveryId],
        each: &mut dyn FnMut(&str, &[u8]) -> io::Result<()>,
        step: Step<'_>,
    ) -> Result<HandedOver, Failure> {
        let mut about: Vec<Fixture> = Vec::new();
        let handed = self.each(ids, step, |scribe, known| {
            let mut fixture = written::fixture(known.id.0, &known.delivery, &mut scribe.mask);
            for (name, bytes) in fixture.files.drain(..) {
                each(&name, &bytes)?;
            }
            about.push(fixture);
            Ok(())
        })?;
        each("SOURCES.md", written::sources_page(&about).as_bytes()).map_err(|error| unwritten(&error))?;
        Ok(handed)
    }

    fn fixtures_zip(
        &mut self,
        ids: &[DeliveryId],
        out: impl Write + Seek,
        step: Step<'_>,
    ) -> Result<HandedOver, Failure> {
        let mut zip = ZipWriter::new(out);
        let options = SimpleFileOptions::default().compression_method(CompressionMethod::Deflated);
        let handed = self.fixtures(
            ids,
            &mut |name, bytes| {
                zip.start_file(name, options)?;
                zip.write_all(bytes)
            },
            step,
        )?;
        zip.finish().map_err(|error| unwritten(&error.into()))?;
        Ok(handed)
    }

    fn each(
        &mut self,
        ids: &[DeliveryId],
        step: Step<'_>,
        mut write: impl FnMut(&mut Self, &Journalled) -> io::Result<()>,
    ) -> Result<HandedOver, Failure> {
        let mut handed = HandedOver::default();
        for (done, id) in ids.iter().enumerate() {
            if !step(done) {
                handed.stopped = true;
                break;
            }
            match self.api.archive.delivery(*id) {
                Ok(known) => {
                    write(self, &known).map_err(|error| unwritten(&error))?;
                    handed.written += 1;
                }
                Err(ArchiveError::NotFound { .. }) => handed.gone += 1,
                Err(error) => return Err(error.into()),
            }
        }
        Ok(handed)
    }

    /// The address that was entered, else that of the source that the delivery reached, where it may be told.
    fn address(&self, delivery: &Delivery, to: Option<&str>) -> Result<Address, Failure> {
        if let Some(to) = to {
            return Ok(Address::Url(address(to)?));
        }
        let own = self.sources.iter().find(|source| source.name == delivery.source).filter(|_| self.secrets);
        let url = own.and_then(|source| format!("{}{}", self.base, source.path()).parse().ok());
        Ok(url.map_or(Address::Variable, Address::Url))
    }
}

/// An answer as it is written down. Of the usual answer to what was kept only its status is noted: it is always the same.
fn answer(told: Told) -> Answer {
    let usual = (told.status == Some(200)).then(|| USUAL_ANSWER.to_owned());
    Answer {
        status: told.status,
        body: told.body.or(usual),
        receiving: told.receiving,
        answering: told.answering,
        because: told.because,
    }
}

/// An address that a person entered.
pub(crate) fn address(text: &str) -> Result<Url, Failure> {
    let url: Option<Url> = text.trim().parse().ok();
    url.filter(|url| matches!(url.scheme(), "http" | "https") && url.has_host()).ok_or_else(|| {
        Failure::new("target_not_http", "Only addresses that begin with http:// or https:// can be sent to.")
    })
}

fn title(form: HandedAs) -> &'static str {
    match form {
        HandedAs::Har => "HAR",
        HandedAs::Fixtures => "fixtures",
        HandedAs::Body => "body",
        HandedAs::Request => "request",
    }
}

fn unwritten(error: &io::Error) -> Failure {
    Failure::new("export_not_written", &format!("It could not be written: {error}. Nothing was saved."))
}

impl From<Unwritable> for Failure {
    fn from(error: Unwritable) -> Self {
        Self::new("not_writable_so", &error.to_string())
    }
}
