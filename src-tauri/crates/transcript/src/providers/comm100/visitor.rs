//! The visitor, who comes with every event of a conversation, as they were at that moment.

use super::super::shared::{cut, fields, pairs, told_with};
use super::{Step, moment};
use crate::model::{PageFacts, PageRole, Sourced};
use crate::payload::Cursor;
use crate::reading::Part;

/// The published words for the visitor's status, by number.
const STATUS: [&str; 12] = [
    "waiting for chat",
    "voice chatting",
    "chatting",
    "pre-chat",
    "manually invited",
    "auto invited",
    "offline message",
    "refused by agent",
    "refused by visitor",
    "chat ended",
    "in site",
    "out of site",
];

pub(super) fn read(visitor: &Cursor<'_>, step: Option<Step>, part: &mut Part) {
    let text = |name: &str| visitor.at(name).text();
    let who = &mut part.visitor;
    who.external_id = text("id");
    who.name = text("name");
    who.email = text("email");
    who.phone = text("phone");
    who.company = text("company");
    who.ip = text("ip");
    who.city = text("city");
    who.region = text("state");
    who.country = text("country");
    who.language = text("language");
    who.time_zone = text("time_zone");
    who.browser = text("browser");
    who.os = text("operating_system");
    who.screen = text("screen_resolution");
    who.visits = visitor.at("visits").count();
    who.chats = visitor.at("chats").count();
    who.page_views = visitor.at("page_views").count();
    who.first_seen_at = visitor.at("first_visit_time").instant(moment);
    part.page(text("referrer_url"), PageRole::Referrer);
    part.pages.extend(text("landing_page").map(landing_page));
    part.page(text("current_browsing"), PageRole::Current);
    read_status(visitor, step, part);
    fields(part, "visitor", visitor, &["department", "skill", "product_service"]);
    fields(part, "visitor", visitor, &["search_engine", "keywords", "flash_version"]);
    let visit = visitor.at("visit_time").instant(moment);
    part.field(Some("visitor"), "visit_time", visit.map(|time| time.map(|time| time.to_string())));
    pairs(part, "visitor.custom_fields", None, &visitor.at("custom_fields"));
    // The visitor's are in the plural and the chat's in the singular; older payloads have the singular here too.
    for name in ["custom_variables", "custom_variable"] {
        pairs(part, &format!("visitor.{name}"), None, &visitor.at(name));
    }
}

/// Only while the chat lives is the visitor's status also the chat's.
fn read_status(visitor: &Cursor<'_>, step: Option<Step>, part: &mut Part) {
    let Some(code) = visitor.at("status").text() else { return };
    let word = code.value.parse::<usize>().ok().and_then(|number| STATUS.get(number));
    let words = word.map_or_else(|| code.value.clone(), |word| (*word).to_owned());
    let status = told_with(&code, words);
    if matches!(step, None | Some(Step::Offline | Step::WrappedUp | Step::AgentStatus)) {
        part.field(Some("visitor"), "status", Some(status));
    } else {
        part.head.provider_status = Some(status);
    }
}

/// The landing page is documented as “title and URL”, and comes as a bare address too.
fn landing_page(text: Sourced<String>) -> PageFacts {
    let whole = text.value.as_str();
    let found = ["https://", "http://"].iter().filter_map(|scheme| whole.find(scheme)).min();
    let Some(start) = found else { return PageFacts::new(text, PageRole::Landing) };
    let mut end = whole[start..].find(char::is_whitespace).map_or(whole.len(), |length| start + length);
    if whole[..start].ends_with(['(', '<']) && whole[start..end].ends_with([')', '>']) {
        end -= 1;
    }
    let (before, after) = (trimmed(whole, 0..start), trimmed(whole, end..whole.len()));
    let (title, rest) = if before.is_empty() { (after, before) } else { (before, after) };
    // A text that is no title and one address is kept as it is.
    if !rest.is_empty() || (start, end) == (0, whole.len()) {
        return PageFacts::new(text, PageRole::Landing);
    }
    let url = cut(&text, start..end);
    let title = cut(&text, title);
    match url {
        Some(url) => PageFacts { title, ..PageFacts::new(url, PageRole::Landing) },
        None => PageFacts::new(text, PageRole::Landing),
    }
}

/// These bytes without what joins a title and an address.
fn trimmed(whole: &str, bytes: std::ops::Range<usize>) -> std::ops::Range<usize> {
    let joint =
        |c: char| c.is_whitespace() || matches!(c, '-' | '|' | ',' | ';' | ':' | '(' | ')' | '<' | '>' | '–');
    let text = &whole[bytes.clone()];
    let start = bytes.start + (text.len() - text.trim_start_matches(joint).len());
    let end = bytes.end - (text.len() - text.trim_end_matches(joint).len());
    if start < end { start..end } else { bytes.end..bytes.end }
}

#[cfg(test)]
mod tests {
    use super::landing_page;
    use crate::model::{Origin, Sourced};

    fn check(text: &str, title: Option<&str>, url: &str) {
        let origin = Origin { pointer: "/visitor/landing_page".to_owned(), bytes: None };
        let page = landing_page(Sourced { value: text.to_owned(), origin });
        assert_eq!(page.url.value, url, "the address must be found in {text:?}");
        assert_eq!(
            page.title.map(|title| title.value).as_deref(),
            title,
            "the title must be found in {text:?}"
        );
    }

    #[test]
    fn a_landing_page_is_a_title_and_an_address_in_one_text() {
        check("https://shop.example/?a=b", None, "https://shop.example/?a=b");
        check("Home - https://shop.example/", Some("Home"), "https://shop.example/");
        check("Vítejte (https://shop.example/)", Some("Vítejte"), "https://shop.example/");
        check("a https://shop.example/ b", None, "a https://shop.example/ b");
        check("https://shop.example/ Start", Some("Start"), "https://shop.example/");
        check("/relative", None, "/relative");
        check("https://", None, "https://");
    }
}
