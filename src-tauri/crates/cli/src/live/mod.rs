//! `afterchat listen` on a terminal: the stream of deliveries, and keys to look into them, replay and copy them.
//!
//! The view ([`view`], [`stream`]) is changed by keys and arrivals and drawn by [`screen`]; only this file asks the
//! product for anything.

mod keys;
mod prompt;
mod screen;
mod stream;
#[cfg(test)]
mod testing;
mod view;

use std::io::{IsTerminal as _, stdin, stdout};

use afterchat_api::Api;
use afterchat_api::types::{
    ComposedHeader, Composition, DeliveryAnswer, HeaderToSend, Overview, RequestToSend, SendAnswer, SourceRow,
};
use afterchat_archive::DeliveryId;
use anyhow::Context as _;
use crossterm::clipboard::CopyToClipboard;
use crossterm::event::{DisableBracketedPaste, EnableBracketedPaste, Event, EventStream, KeyEventKind};
use crossterm::execute;
use ratatui::DefaultTerminal;
use serde_json::json;
use tokio::task::JoinSet;
use tokio_stream::StreamExt as _;

use crate::commands::damage::{self, Damage, unless_damaged};
use crate::commands::delivery;
use crate::commands::forwarding::{self, Forwarding};
use crate::commands::gaps::{self, Gaps};
use crate::commands::tunnel::{self, Tunnel};
use crate::follow::Follow;
use crate::output::{Style, say};
use crate::stop::stop_requested;
pub(crate) use view::{Address, View};
use view::{Opened, Page, Wish};

/// Bytes of a body that are shown; a person looks, and `afterchat delivery ID --body` gives the whole.
const SHOWN_BODY: usize = 64 << 10;

/// True when somebody can press keys and see what comes of it.
pub(crate) fn is_possible() -> bool {
    let dumb = std::env::var("TERM").is_ok_and(|term| term == "dumb");
    stdin().is_terminal() && stdout().is_terminal() && !dumb
}

/// Shows the stream until somebody ends it. The terminal is as it was afterwards, also after a panic.
pub(crate) async fn run(
    api: &Api,
    (follow, gaps): (Follow, Gaps),
    forwarding: Forwarding,
    tunnel: Option<Tunnel>,
    view: View,
) -> anyhow::Result<()> {
    let terminal =
        ratatui::try_init().context("The terminal cannot show the stream. Use --plain for lines.")?;
    // Without it a pasted address arrives as keys, which serves as well.
    let _optional = execute!(stdout(), EnableBracketedPaste);
    let ended = Live {
        api,
        follow,
        gaps,
        damage: Damage::default(),
        forwarding,
        tunnel,
        view,
        replays: JoinSet::new(),
    }
    .run(terminal)
    .await;
    let _optional = execute!(stdout(), DisableBracketedPaste);
    ratatui::restore();
    // Only now, so that what it says stands in the terminal.
    if api.archive().damage().is_some() {
        damage::LINES.into_iter().for_each(say);
    }
    unless_damaged(api, ended?.end(api).await)
}

struct Live<'a> {
    api: &'a Api,
    follow: Follow,
    gaps: Gaps,
    damage: Damage,
    forwarding: Forwarding,
    tunnel: Option<Tunnel>,
    view: View,
    /// Those under way; each tells in words how it ended.
    replays: JoinSet<String>,
}

impl Live<'_> {
    /// Gives the forwarding back, which is to be ended when the terminal is itself again.
    async fn run(mut self, mut terminal: DefaultTerminal) -> anyhow::Result<Forwarding> {
        let mut changes = self.api.changes();
        let mut events = EventStream::new();
        let stop = stop_requested();
        tokio::pin!(stop);
        self.take_arrivals()?;
        self.look_at_tunnel().await?;
        loop {
            terminal.draw(|frame| screen::draw(frame, &mut self.view))?;
            tokio::select! {
                asked = &mut stop => {
                    asked.context("Signals cannot be received.")?;
                    return Ok(self.forwarding);
                }
                told = self.forwarding.next() => {
                    let number = told.delivery.parse().unwrap_or_default();
                    self.view.stream.forwarded(number, forwarding::in_short(&told));
                }
                changed = changes.changed() => {
                    changed.context("The archive was closed.")?;
                    self.take_arrivals()?;
                    let looked = self.look_at_tunnel().await;
                    unless_damaged(self.api, looked)?;
                }
                event = events.next() => {
                    let event = event.context("The terminal is gone.")?.context("The terminal cannot be read.")?;
                    if self.take(event).await? {
                        return Ok(self.forwarding);
                    }
                }
                Some(ended) = self.replays.join_next() => self.view.said = Some(ended?),
            }
        }
    }

    fn take_arrivals(&mut self) -> anyhow::Result<()> {
        let arrived = unless_damaged(self.api, self.follow.since(self.api))?;
        self.view.stream.add(arrived);
        if self.damage.is_news(self.api) {
            // Above whatever else there is room for.
            self.view.head.splice(1..1, damage::LINES.map(str::to_owned));
        }
        // The newest says enough; the inbox shows them all.
        self.view.said = unless_damaged(self.api, self.gaps.since(self.api))?
            .pop()
            .map(gaps::words)
            .or(self.view.said.take());
        Ok(())
    }

    /// One line at the top tells how the tunnel is, and services are given its addresses while it has some.
    async fn look_at_tunnel(&mut self) -> anyhow::Result<()> {
        let Some(tunnel) = &mut self.tunnel else { return Ok(()) };
        let Some(status) = tunnel.changed(self.api)? else { return Ok(()) };
        let line = tunnel::in_short(&status);
        match self.view.head.iter_mut().find(|line| line.starts_with(tunnel::BEGINS)) {
            Some(told) => *told = line,
            None => self.view.head.push(line),
        }
        let overview: Overview = serde_json::from_value(self.api.query("overview", json!({})).await?)?;
        let address = |source: SourceRow| Address {
            url: source.public_url.unwrap_or(source.hook_url),
            source: source.name,
        };
        self.view.addresses = overview.sources.into_iter().map(address).collect();
        Ok(())
    }

    /// Does what an event asks for; true when it is the end.
    async fn take(&mut self, event: Event) -> anyhow::Result<bool> {
        let wish = match event {
            Event::Key(key) if key.kind != KeyEventKind::Release => self.view.press(key),
            Event::Paste(text) => {
                self.view.paste(&text);
                Wish::Nothing
            }
            _ => Wish::Nothing,
        };
        match wish {
            Wish::Nothing => {}
            Wish::Quit => return Ok(true),
            Wish::Open(id) => self.open(id).await?,
            Wish::Copy(id) => self.copy(id).await,
            Wish::Replay { id, target } => self.replay(id, &target),
        }
        Ok(false)
    }

    async fn open(&mut self, id: i64) -> anyhow::Result<()> {
        let mut body = self.api.covered_body(self.api.archive().delivery(DeliveryId(id))?.delivery)?;
        let answer = self.api.query("delivery", json!({ "id": id.to_string() })).await?;
        let mut answer: DeliveryAnswer = serde_json::from_value(answer)?;
        delivery::conceal(&mut answer);
        let cut = body.len() > SHOWN_BODY;
        body.truncate(SHOWN_BODY);
        let mut text = delivery::words(&answer, &body, Style::plain());
        if cut {
            text.push_str(&format!(
                "\nThe body is longer: afterchat delivery {id} --body writes all of it.\n"
            ));
        }
        self.view.page = Page::Opened(Opened { id, text, top: 0 });
        Ok(())
    }
}

impl Live<'_> {
    async fn copy(&mut self, id: i64) {
        let ask = json!({ "delivery": id.to_string(), "form": "curl" });
        let line = self.api.query("written", ask).await;
        let text = line.as_ref().ok().and_then(|line| line["text"].as_str());
        self.view.said = Some(match (text, &line) {
            (Some(text), _) if execute!(stdout(), CopyToClipboard::to_clipboard_from(text)).is_ok() => {
                format!("Copied, if this terminal lets programs copy. `afterchat curl {id}` prints it.")
            }
            (_, Err(failure)) => failure.detail.clone(),
            _ => format!("It could not be copied. `afterchat curl {id}` prints it."),
        });
    }

    /// Sends on a task of its own, so that the stream goes on meanwhile.
    fn replay(&mut self, id: i64, target: &str) {
        let (api, target) = (self.api.clone(), target.to_owned());
        self.view.said = Some(format!("Sending {id} to {target} …"));
        self.replays.spawn(async move {
            match sent_again(&api, id, &target).await {
                Ok(words) => words,
                Err(error) => format!("{id} was not sent again: {error}"),
            }
        });
    }
}

/// Sends a delivery as it came, byte for byte, and tells what was answered.
async fn sent_again(api: &Api, id: i64, target: &str) -> anyhow::Result<String> {
    let id = id.to_string();
    let composed: Composition =
        serde_json::from_value(api.query("compose", json!({ "delivery": &id })).await?)?;
    let header =
        |header: ComposedHeader| HeaderToSend { name: header.name, value: header.value, bytes: header.bytes };
    let request = RequestToSend {
        method: composed.method,
        url: Some(target.to_owned()),
        headers: composed.headers.into_iter().map(header).collect(),
        delivery: Some(id.clone()),
        sample: None,
        source: None,
        query: None,
        body: None,
        sign_with: None,
    };
    let sent = api.act("send_request", serde_json::to_value(request)?).await?;
    let sent: SendAnswer = serde_json::from_value(sent)?;
    Ok(match (sent.answer, sent.failure) {
        (_, Some(failure)) => format!("{id} was sent to {target}: {failure}"),
        (Some(answer), None) => {
            format!("{id} was sent to {target}: answered {} after {:.0} ms", answer.status, answer.took.whole)
        }
        (None, None) => format!("{id} was sent to {target}."),
    })
}
