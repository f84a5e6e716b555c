//! What a person enters so that a service may be asked.

use serde::{Deserialize, Serialize};
use url::Url;

use super::{HistoryError, Secret};

/// A service that past chats can be fetched from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Service {
    /// Smartsupp's REST API v2.
    Smartsupp,
    /// Comm100's RESTful API v4.
    Comm100,
    /// SnapEngage's Logs API.
    SnapEngage,
    /// Chatvisor, later TeamViewer Engage.
    Chatvisor,
}

/// Which fields a service asks for. A name where one is needed, in the words of the service.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Needs {
    /// What the token is called.
    pub token: &'static str,
    /// What the account's number is called, if the service has one to enter.
    pub account: Option<&'static str>,
    /// What the person's name at the service is, if one goes with the token.
    pub user: Option<&'static str>,
    /// What a part of the account is called that the chats may be limited to.
    pub part: Option<&'static str>,
    /// The documented address; `None` when it differs from account to account.
    pub base: Option<&'static str>,
    /// True when the service can be asked for a range of time.
    pub range: bool,
}

impl Service {
    /// All of them, in the order of their names.
    pub const ALL: [Self; 4] = [Self::Chatvisor, Self::Comm100, Self::Smartsupp, Self::SnapEngage];

    /// The id of the provider that reads what is fetched.
    #[must_use]
    pub fn provider(self) -> &'static str {
        match self {
            Self::Smartsupp => "smartsupp",
            Self::Comm100 => "comm100",
            Self::SnapEngage => "snapengage",
            Self::Chatvisor => "chatvisor",
        }
    }

    /// The service of this provider.
    #[must_use]
    pub fn of_provider(provider: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|service| service.provider() == provider)
    }

    /// What is entered for it.
    #[must_use]
    pub fn needs(self) -> Needs {
        match self {
            Self::Smartsupp => Needs {
                token: "Access token",
                account: Some("Account ID"),
                user: None,
                part: None,
                base: Some("https://api.smartsupp.com/v2/"),
                range: true,
            },
            Self::Comm100 => Needs {
                token: "API key or access token",
                account: Some("Site ID"),
                user: Some("E-mail address"),
                part: None,
                base: None,
                range: true,
            },
            Self::SnapEngage => Needs {
                token: "API token",
                account: Some("Organization ID"),
                user: None,
                part: Some("Widget ID"),
                base: Some("https://www.snapengage.com/api/v2/"),
                range: true,
            },
            Self::Chatvisor => Needs {
                token: "API key",
                account: None,
                user: None,
                part: None,
                base: Some("https://api.chatvisor.com/rest/v1/"),
                range: false,
            },
        }
    }
}

/// A request that a service's documentation names and that a person copied from there: `POST customer/{customerId}`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RequestLine {
    /// The method in capitals.
    pub(super) method: reqwest::Method,
    /// The segments of the path below the base address; `{customerId}` stands for the customer.
    pub(super) segments: Vec<String>,
}

impl RequestLine {
    /// Understands a method and a path below the base address. `None` for anything else.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let (method, path) = text.trim().split_once(char::is_whitespace)?;
        let known =
            ["GET", "POST", "PUT", "PATCH"].iter().find(|known| known.eq_ignore_ascii_case(method))?;
        let path = path.trim().trim_matches('/');
        // The documentation prints paths with the base's own path in front.
        let path = path.strip_prefix("rest/v1/").unwrap_or(path);
        let plain = |segment: &str| {
            segment == "{customerId}"
                || (!segment.is_empty()
                    && segment.chars().all(|letter| letter.is_ascii_alphanumeric() || "-_.".contains(letter))
                    && !segment.starts_with('.'))
        };
        let segments: Vec<String> = path.split('/').map(str::to_owned).collect();
        let method = reqwest::Method::from_bytes(known.as_bytes()).ok()?;
        segments.iter().all(|segment| plain(segment)).then_some(Self { method, segments })
    }

    /// The segments for this customer.
    pub(super) fn for_customer<'a>(&'a self, customer: &'a str) -> Vec<&'a str> {
        let fill = |segment: &'a String| if segment == "{customerId}" { customer } else { segment };
        self.segments.iter().map(fill).collect()
    }
}

/// What a person entered for one service. Prints no credential.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Access {
    /// The token or key.
    pub token: Secret,
    /// The account's, site's or organisation's id.
    pub account: String,
    /// The e-mail address that goes with a Comm100 key.
    pub user: String,
    /// The one widget whose chats are wanted.
    pub part: String,
    /// Another address than the documented one.
    pub base: String,
    /// Chatvisor: the request for the conversations, as its documentation prints it.
    pub conversations: String,
    /// Chatvisor: the request for a conversation's messages.
    pub messages: String,
    /// Chatvisor: the request that tags a customer.
    pub tag: String,
    /// Chatvisor: the request for an agent's public chat address.
    pub chat_url: String,
}

impl Access {
    /// The server to ask, and whether a person entered it.
    pub(super) fn base(&self, service: Service) -> Result<(Url, bool), HistoryError> {
        let own = self.base.trim();
        let text = match (own, service.needs().base) {
            ("", Some(documented)) => documented,
            ("", None) => return Err(HistoryError::Missing("The address of the API")),
            (own, _) => own,
        };
        let url = Url::parse(text)
            .map_err(|_| HistoryError::Address("What was entered is no web address.".to_owned()))?;
        // Entering the documented address is choosing nothing else.
        let documented = service.needs().base.and_then(|base| Url::parse(base).ok());
        Ok((url.clone(), !own.is_empty() && documented != Some(url)))
    }

    /// The token, or the failure that names what is missing.
    pub(super) fn token(&self, service: Service) -> Result<&Secret, HistoryError> {
        let missing = || HistoryError::Missing(service.needs().token);
        Some(&self.token).filter(|token| !token.is_empty()).ok_or_else(missing)
    }

    /// The account's id, or the failure that names what is missing.
    pub(super) fn account(&self, service: Service) -> Result<&str, HistoryError> {
        let missing = || HistoryError::Missing(service.needs().account.unwrap_or("The account"));
        Some(self.account.trim()).filter(|account| !account.is_empty()).ok_or_else(missing)
    }
}

#[cfg(test)]
mod tests {
    use super::{Access, RequestLine, Secret, Service};

    #[test]
    fn what_is_entered_prints_no_credential() {
        let access =
            Access { token: Secret::new("canary-4711-0815"), account: "208".to_owned(), ..Access::default() };
        let printed = format!("{access:?}");
        assert!(
            printed.contains("208") && !printed.contains("canary") && !printed.contains("0815"),
            "{printed}"
        );
    }

    #[test]
    fn a_request_line_is_a_method_and_a_plain_path() {
        let line = RequestLine::parse(" post /rest/v1/customer/{customerId}/tag ")
            .expect("as the documentation prints it");
        assert_eq!(
            (line.method.as_str(), line.for_customer("a/b")),
            ("POST", vec!["customer", "a/b", "tag"])
        );
        for text in [
            "",
            "customer",
            "DELETE customer",
            "GET ../other",
            "GET https://evil.example/",
            "GET a?b",
            "GET a//b",
        ] {
            assert!(RequestLine::parse(text).is_none(), "{text:?} must lead nowhere");
        }
    }

    #[test]
    fn the_documented_address_is_no_choice_of_a_person() {
        let entered = |base: &str| {
            Access { base: base.to_owned(), ..Access::default() }.base(Service::Smartsupp).map(|(_, own)| own)
        };
        assert!(matches!(entered(""), Ok(false)));
        assert!(matches!(entered("https://api.smartsupp.com/v2/"), Ok(false)));
        assert!(matches!(entered("http://127.0.0.1:5400/"), Ok(true)));
        assert!(entered("nonsense").is_err());
        assert!(
            Access::default().base(Service::Comm100).is_err(),
            "Comm100's address differs from account to account"
        );
    }
}
