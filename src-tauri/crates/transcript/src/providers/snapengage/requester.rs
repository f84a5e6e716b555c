//! `requester_details`: what is known of the person who asked, partly looked up by the service.

use super::super::shared::{collect, fields, flatten, tell_email, tell_phone};
use crate::payload::{Cursor, Kind};
use crate::reading::Part;

pub(super) fn read(details: &Cursor<'_>, part: &mut Part) {
    part.visitor.name = details.at("name").text();
    for email in one_or_more(&details.at("emails")) {
        tell_email(part, email.text());
    }
    for phone in one_or_more(&details.at("phones")) {
        tell_phone(part, phone.text());
    }
    part.visitor.company = details.at("company_name").text();
    part.visitor.note = details.at("notes").text();
    part.visitor.profiles.extend(details.at("name_profile_link").text());
    let profiles = one_or_more(&details.at("social_profile_links"));
    part.visitor.profiles.extend(profiles.iter().filter_map(Cursor::text));
    part.visitor.avatars.extend(one_or_more(&details.at("avatars")).iter().filter_map(Cursor::text));
    // The address somebody gave is not the place their browser was in, so it stays apart from the visitor's city.
    let own = ["title", "company_profile_link", "website", "industry", "employees", "revenue"];
    fields(part, "requester_details", details, &own);
    let address = ["address", "address_2", "city", "state", "zip", "country"];
    fields(part, "requester_details", details, &address);
    fields(part, "requester_details", details, &["gender", "age", "influencer_score"]);
    let other = details.at("other_data");
    if let Some(Kind::Array(_) | Kind::Object(_)) = other.peek().map(|value| &value.kind) {
        flatten(part, "other_data", &other);
    } else {
        collect(part, "requester_details", "other_data", &other);
    }
}

/// The items of a list, or the place itself where a single value stands instead.
fn one_or_more<'a>(place: &Cursor<'a>) -> Vec<Cursor<'a>> {
    match place.peek().map(|value| &value.kind) {
        Some(Kind::Array(_)) => place.items(),
        Some(_) => vec![place.clone()],
        None => Vec::new(),
    }
}
