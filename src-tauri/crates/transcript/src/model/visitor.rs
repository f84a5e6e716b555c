//! The person who wrote, as far as the service knows them.

use super::facts::facts;
use crate::Instant;

facts! {
    /// Who the visitor was in this conversation. Every value is as the service gave it.
    Visitor from VisitorFacts told as VisitorTold {
        /// The service's own id of the person.
        external_id: Option<String>,
        /// The name, if one was given.
        name: Option<String>,
        /// The newest e-mail address.
        email: Option<String>,
        /// Every e-mail address that was ever given.
        #[ts(optional, as = "Option<Vec<String>>")]
        emails: Vec<String>,
        /// The newest telephone number.
        phone: Option<String>,
        /// Every telephone number that was ever given.
        #[ts(optional, as = "Option<Vec<String>>")]
        phones: Vec<String>,
        /// The company.
        company: Option<String>,
        /// The name the service made up for somebody it does not know.
        handle: Option<String>,
        /// The address on the internet.
        ip: Option<String>,
        /// The city, as given.
        city: Option<String>,
        /// The region or state, as given.
        region: Option<String>,
        /// The country's name, as given.
        country: Option<String>,
        /// The country as two letters.
        country_code: Option<String>,
        /// The place in one line, from services that do not split it.
        location: Option<String>,
        /// Degrees north.
        latitude: Option<f64>,
        /// Degrees east.
        longitude: Option<f64>,
        /// The language, as the browser named it.
        language: Option<String>,
        /// The time zone, as given.
        time_zone: Option<String>,
        /// The browser's user agent string.
        user_agent: Option<String>,
        /// The browser's name and version.
        browser: Option<String>,
        /// The operating system.
        os: Option<String>,
        /// The size of the screen, as given.
        screen: Option<String>,
        /// The first visit to the site.
        first_seen_at: Option<Instant>,
        /// How many visits so far.
        visits: Option<u32>,
        /// How many chats so far.
        chats: Option<u32>,
        /// How many pages were seen.
        page_views: Option<u32>,
        /// What agents wrote about the person.
        note: Option<String>,
        /// The group agents put the person in.
        group: Option<String>,
        /// Addresses of profiles elsewhere.
        #[ts(optional, as = "Option<Vec<String>>")]
        profiles: Vec<String>,
        /// Addresses of pictures. They are never fetched.
        #[ts(optional, as = "Option<Vec<String>>")]
        avatars: Vec<String>,
    }
}
