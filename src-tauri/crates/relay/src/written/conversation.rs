//! A conversation to hand on, without what is secret in it.

use afterchat_transcript::Transcript;
use serde_json::Value;

use super::Mask;
use super::names::{tells_at, tells_in_body};

impl Mask {
    /// This conversation with a placeholder for each value whose name tells that it is secret, and for known secrets
    /// wherever they stand. Only values that have no place of their own are judged by a name.
    ///
    /// # Errors
    /// When the transcript cannot be written as JSON and read again, so that nothing is handed on unlooked at.
    pub fn conversation(&mut self, transcript: &Transcript) -> serde_json::Result<Transcript> {
        let mut shown = transcript.clone();
        if !self.hides() {
            return Ok(shown);
        }
        for value in secrets(&mut shown) {
            *value = self.placeholder(value.as_bytes());
        }
        serde_json::from_value(self.known_in_value(serde_json::to_value(&shown)?))
    }

    fn known_in_value(&mut self, value: Value) -> Value {
        match value {
            Value::String(text) => Value::String(self.known_in_text(&text)),
            Value::Array(items) => items.into_iter().map(|item| self.known_in_value(item)).collect(),
            Value::Object(entries) => Value::Object(
                entries
                    .into_iter()
                    .map(|(name, entry)| (self.known_in_text(&name), self.known_in_value(entry)))
                    .collect(),
            ),
            Value::Null | Value::Bool(_) | Value::Number(_) => value,
        }
    }
}

/// The values of a conversation whose names tell that they are secret, to be covered or counted.
pub fn secrets(transcript: &mut Transcript) -> impl Iterator<Item = &mut String> {
    let fields = transcript.fields.iter_mut().filter(|field| tells_in_body(&field.name));
    let fields = fields.map(|field| &mut field.value);
    let other = transcript.other.iter_mut().filter(|other| tells_at(&other.pointer));
    let other = other.filter_map(|other| match &mut other.value {
        Value::String(value) => Some(value),
        // A number is a count of tokens rather than one.
        _ => None,
    });
    fields.chain(other).filter(|value| !value.is_empty())
}

#[cfg(test)]
mod tests {
    use afterchat_transcript::Transcript;
    use serde_json::{Value, json};

    use super::super::{Mask, Secrets};

    const KNOWN: &str = "hooktoken2345";

    fn conversation(extra: &Value) -> Transcript {
        let mut whole = json!({
            "id": "k3f9", "provider": "smartsupp", "kind": "chat", "state": "ended",
            "started_at": "2026-01-02T03:04:05.678Z", "messages": [], "deliveries": ["1"],
        });
        let entries = extra.as_object().expect("an object").clone();
        whole.as_object_mut().expect("an object").extend(entries);
        serde_json::from_value(whole).expect("a transcript")
    }

    fn check(extra: &Value, expected: &Value) {
        let mut mask = Mask::new(Secrets::Hidden, [KNOWN.to_owned()]);
        let shown = mask.conversation(&conversation(extra)).expect("a transcript");
        assert_eq!(shown, conversation(expected), "{extra}");
        let mut mask = Mask::new(Secrets::Shown, [KNOWN.to_owned()]);
        let shown = mask.conversation(&conversation(extra)).expect("a transcript");
        assert_eq!(shown, conversation(extra), "who asks gets all of it");
    }

    #[test]
    fn what_a_name_calls_secret_is_hidden_and_the_rest_stays() {
        check(
            &json!({ "fields": [
                { "name": "API token", "value": "t" },
                { "group": "visitorTraits", "name": "session_id", "value": "s" },
                { "name": "password", "value": "" },
            ] }),
            &json!({ "fields": [
                { "name": "API token", "value": "HIDDEN-1" },
                { "group": "visitorTraits", "name": "session_id", "value": "s" },
                { "name": "password", "value": "" },
            ] }),
        );
        let other = |values: [Value; 7]| {
            let pointers = [
                "/secret_key",
                "/a/tokens/1",
                "/a~1token",
                "/tokens",
                "/token/kind",
                "/x/token/#text",
                "/at",
            ];
            let listed = pointers.iter().zip(values);
            let listed = listed.map(|(pointer, value)| json!({ "pointer": pointer, "value": value }));
            json!({ "other": listed.collect::<Vec<_>>() })
        };
        check(
            &other([
                json!("k"),
                json!("t"),
                json!("k"),
                json!(12),
                json!("bearer"),
                json!("é"),
                json!("token"),
            ]),
            &other([
                json!("HIDDEN-1"),
                json!("HIDDEN-2"),
                json!("HIDDEN-1"),
                json!(12),
                json!("bearer"),
                json!("HIDDEN-3"),
                json!("token"),
            ]),
        );
    }

    #[test]
    fn a_known_secret_is_hidden_wherever_it_stands() {
        let everywhere = |secret: &str| {
            json!({
                "subject": format!("to /h/shop/{secret}"),
                "visitor": { "name": secret, "emails": [secret] },
                "pages": [{ "url": format!("https://shop.example/?at={secret}"), "role": "chat" }],
                "messages": [{ "at": "2026-01-02T03:04:05.678Z", "role": "visitor", "text": secret,
                    "translations": { "en": secret } }],
                "links": [{ "label": secret, "url": secret }],
                "other": [{ "pointer": format!("/{secret}"), "value": [secret, 9.5] }],
                "local": { "read": false, "starred": true, "archived": false, "tags": [secret], "notes": [] },
            })
        };
        check(&everywhere(KNOWN), &everywhere("HIDDEN-1"));
    }
}
