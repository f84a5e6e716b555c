//! Every format, whole: what it shows of a rich conversation, and that a hostile one stays text.

use afterchat_transcript::fold::{self, Telling};
use afterchat_transcript::{Delivery, DeliveryKind, Instant, Transcript};
use chrono::FixedOffset;

use super::{Format, file_name, render};

/// A conversation with a value in every place, over midnight.
fn rich() -> Transcript {
    serde_json::from_str(include_str!("rich.json")).unwrap()
}

/// What a stranger can send: read as any payload is.
fn hostile() -> Transcript {
    let delivery = Delivery {
        kind: DeliveryKind::Hook,
        source: "smartsupp".to_owned(),
        provider: Some("smartsupp".to_owned()),
        method: "POST".to_owned(),
        path: "/h/smartsupp".to_owned(),
        query: None,
        headers: Vec::new(),
        body: include_bytes!("hostile.json").to_vec(),
        received_at: Instant::from_millis(1_427_470_480_000).unwrap(),
    };
    let reading = afterchat_transcript::read(&delivery);
    let digest = fold::digest(&delivery.body);
    let id = fold::conversation_id(&reading, 0, &digest).unwrap();
    let telling = Telling {
        delivery: 1,
        source: &delivery.source,
        received_at: delivery.received_at,
        digest,
        reading: &reading,
        part: &reading.parts[0],
    };
    fold::fold(&id, &[telling]).unwrap().transcript
}

fn written(transcript: &Transcript, format: Format) -> String {
    render(transcript, format, &FixedOffset::east_opt(3600).unwrap())
}

#[test]
fn html_shows_everything() {
    insta::assert_snapshot!(written(&rich(), Format::Html));
}

#[test]
fn text_shows_everything() {
    insta::assert_snapshot!(written(&rich(), Format::Text));
}

#[test]
fn markdown_shows_everything() {
    insta::assert_snapshot!(written(&rich(), Format::Markdown));
}

#[test]
fn csv_has_a_row_for_each_message() {
    insta::assert_snapshot!(written(&rich(), Format::Csv));
}

#[test]
fn json_is_the_transcript_itself() {
    let json = written(&rich(), Format::Json);
    assert_eq!(serde_json::from_str::<Transcript>(&json).unwrap(), rich(), "JSON must lose nothing");
    let json = written(&hostile(), Format::Json);
    assert_eq!(serde_json::from_str::<Transcript>(&json).unwrap(), hostile(), "JSON must lose nothing");
}

#[test]
fn only_json_carries_what_people_added() {
    for format in Format::ALL.into_iter().filter(|format| *format != Format::Json) {
        let page = written(&rich(), format);
        assert!(
            !page.contains("Never show this"),
            "{format:?} is sent to others and must not hold private notes"
        );
    }
}

/// Tags of a page with their attributes, text left out: what a browser acts on.
fn tags(page: &str) -> Vec<&str> {
    let body = page.split_once("</style>").unwrap().1;
    body.split('<').skip(1).map(|rest| rest.split_once('>').unwrap().0).collect()
}

#[test]
fn nothing_hostile_acts_in_html() {
    let page = written(&hostile(), Format::Html);
    let known = [
        "a", "article", "bdi", "body", "details", "div", "footer", "h1", "h2", "header", "html", "li",
        "main", "ol", "p", "q", "section", "span", "summary", "table", "td", "th", "time", "tr", "ul",
        "head",
    ];
    for tag in tags(&page) {
        let name = tag.trim_start_matches('/').split_whitespace().next().unwrap();
        assert!(known.contains(&name), "<{tag}> is none of ours");
        // Attributes are written by the page itself in double quotes, and values hold none.
        for attribute in tag.split('"').step_by(2).flat_map(str::split_whitespace) {
            let name = attribute.trim_end_matches('=');
            assert!(!name.starts_with("on"), "<{tag}> would run a script");
        }
        if let Some((_, address)) = tag.split_once("href=\"") {
            assert!(
                address.starts_with("http://")
                    || address.starts_with("https://")
                    || address.starts_with("mailto:"),
                "<{tag}>"
            );
        }
        assert!(!tag.contains("src="), "<{tag}> would load something");
    }
    let odd = |c: char| {
        !matches!(c, '\n' | '\t')
            && (c.is_control()
                || ('\u{202a}'..='\u{202e}').contains(&c)
                || ('\u{2066}'..='\u{2069}').contains(&c))
    };
    let text: String =
        page.split('<').skip(1).filter_map(|rest| rest.split_once('>')).map(|(_, text)| text).collect();
    assert_eq!(text.find(odd), None, "a character that steers must be shown by its code");
    insta::assert_snapshot!(page.split_once("</style>").unwrap().1);
}

#[test]
fn every_page_forbids_what_it_does_not_need() {
    let page = written(&rich(), Format::Html);
    let head = page.split_once("<style>").unwrap().0;
    assert!(head.contains(
        "default-src 'none'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; form-action 'none'"
    ));
    assert!(head.contains(r#"<meta name="referrer" content="no-referrer">"#));
    for word in ["<script", "<link", "<img", "<iframe", "@import", "url("] {
        assert!(!page.contains(word), "{word} could ask somebody for something");
    }
}

#[test]
fn nothing_hostile_acts_in_the_other_formats() {
    let steers = |c: char| {
        !matches!(c, '\n' | '\r' | '\t') && (c.is_control() || ('\u{202a}'..='\u{202e}').contains(&c))
    };
    let transcript = hostile();
    for format in [Format::Csv, Format::Markdown, Format::Text] {
        assert_eq!(written(&transcript, format).find(steers), None, "{format:?} could steer a terminal");
    }
    let markdown = written(&transcript, Format::Markdown);
    for word in ["<script", "<img", "](javascript", "](<javascript", "](<data", "![x]"] {
        assert!(!markdown.replace("\\]", "").contains(word), "{word} would act in Markdown");
    }
    let csv = written(&transcript, Format::Csv);
    let mut reader = ::csv::Reader::from_reader(csv.as_bytes());
    let mut cells = 0;
    for row in reader.records() {
        for cell in &row.unwrap() {
            cells += 1;
            assert!(
                !cell.starts_with(['=', '+', '-', '@', '\t', '\r']),
                "{cell:?} would run in a spreadsheet"
            );
        }
    }
    assert_eq!(cells, 8 * 20, "every message has its row");
    insta::assert_snapshot!("hostile_markdown", markdown);
    insta::assert_snapshot!("hostile_csv", csv);
    insta::assert_snapshot!("hostile_text", written(&transcript, Format::Text));
}

#[test]
fn file_names_are_safe_on_every_system() {
    let zone = FixedOffset::east_opt(3600).unwrap();
    assert_eq!(file_name(&rich(), Format::Html, &zone), "2015-03-27_Dušan-Kmeť_k3f9x2ab.html");
    let name = file_name(&hostile(), Format::Markdown, &zone);
    assert!(name.chars().all(|c| c.is_alphanumeric() || matches!(c, '-' | '_' | '.')), "{name}");
    let mut long = rich();
    long.visitor.as_mut().unwrap().name = Some("語".repeat(500));
    assert!(file_name(&long, Format::Text, &zone).len() <= 120, "some file systems take no more");
}
