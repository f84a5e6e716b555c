//! What of a target's answer its service may be told.

use afterchat_transcript::Header;

/// Headers that say what the body is, or when to come again.
const TOLD: [&str; 6] =
    ["content-type", "content-language", "content-encoding", "cache-control", "retry-after", "etag"];
/// Headers of a service's own, such as the echo of a handshake, begin like this.
const OWN: [&str; 2] = ["x-", "webhook-"];
/// What begins like that and speaks to a browser or of the target's house.
const NOT_TOLD: [&str; 3] = ["x-powered-by", "x-frame-options", "x-xss-protection"];

/// The headers that go back to the service. Nothing of the target's connection, its cookies, its redirects, or what it
/// allows to pages of other sites.
#[must_use]
pub fn passed_back(headers: &[Header]) -> Vec<Header> {
    let told = |header: &&Header| {
        let name = header.name.to_ascii_lowercase();
        let known = TOLD.contains(&name.as_str()) || OWN.iter().any(|start| name.starts_with(start));
        known && !NOT_TOLD.contains(&name.as_str())
    };
    headers.iter().filter(told).cloned().collect()
}

#[cfg(test)]
mod tests {
    use afterchat_transcript::Header;

    use super::passed_back;

    #[test]
    fn only_what_the_service_needs_goes_back() {
        let header = |name: &str| Header { name: name.to_owned(), value: b"v\xff".to_vec() };
        let told = ["Content-Type", "X-Hook-Secret", "x-hook-secret", "Retry-After", "Webhook-Reply"];
        let kept_here = [
            "Set-Cookie",
            "Location",
            "Connection",
            "Keep-Alive",
            "Transfer-Encoding",
            "Content-Length",
            "Upgrade",
            "Server",
            "Date",
            "Access-Control-Allow-Origin",
            "Strict-Transport-Security",
            "Clear-Site-Data",
            "X-Powered-By",
        ];
        let all: Vec<Header> = kept_here.iter().chain(&told).map(|name| header(name)).collect();
        assert_eq!(passed_back(&all), told.map(header), "in order, as spelled, with duplicates");
    }
}
