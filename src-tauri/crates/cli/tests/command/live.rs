//! `afterchat listen` as a person at a terminal uses it.

use std::io::{Read as _, Write as _};
use std::net::TcpListener;

use data_encoding::BASE64;

use crate::listening::post;
use crate::program::{Bench, chat};
use crate::terminal::Terminal;

/// The address that the screen shows for a source.
fn address(screen: &str, source: &str) -> String {
    let line =
        screen.lines().find(|line| line.trim_start().starts_with(source)).expect("a line for the source");
    line.split_whitespace().last().expect("an address").to_owned()
}

#[test]
fn deliveries_appear_and_are_opened_paused_and_left() {
    let bench = Bench::new();
    let mut terminal = Terminal::start(&bench, &["listen", "--port", "0"]);
    let screen = terminal.shows("Nothing has arrived yet");
    let smartsupp = address(&screen, "smartsupp");

    post(&smartsupp, "POST", chat(1, "Are the lamps in stock?").as_bytes());
    terminal.shows(" 1 POST");
    post(&smartsupp, "POST", b"no chat at all");
    let screen = terminal.shows(" 2 POST");
    assert!(screen.contains("listening on http://127.0.0.1:"), "the door is always told of:\n{screen}");

    terminal.press("k\r");
    let screen = terminal.shows("Delivery 1 ");
    assert!(screen.contains("POST /h/smartsupp/…"), "the request stands there without its token:\n{screen}");
    terminal.press("G");
    terminal.shows("messages[2].text");
    terminal.press("\u{1b}");
    terminal.shows(" 2 POST");

    terminal.press("p");
    terminal.shows("paused, 0 new");
    post(&smartsupp, "POST", chat(3, "And the shades?").as_bytes());
    let screen = terminal.shows("paused, 1 new");
    assert!(!screen.contains(" 3 POST"), "nothing moves while it is paused:\n{screen}");
    terminal.press("p");
    terminal.shows(" 3 POST");

    terminal.press("?");
    terminal.shows("without secrets");
    terminal.press("q");
    assert_eq!(terminal.ended(), 0);
    assert!(terminal.was_given_back(), "the shell behind it must be as it was");
}

#[test]
fn a_stranger_cannot_write_to_the_terminal() {
    let bench = Bench::new();
    let mut terminal = Terminal::start(&bench, &["listen", "--port", "0"]);
    let any = address(&terminal.shows("Nothing has arrived yet"), "any");
    let evil = "\u{1b}]0;owned\u{7}\u{1b}[2J\u{9b}31m";
    post(&any, "POST", evil.as_bytes());
    terminal.shows(" 1 POST");
    terminal.press("\r");
    terminal.shows("Delivery 1 ");
    post(&any, "POST", chat(1, evil).as_bytes());
    terminal.press("\u{1b}");
    terminal.shows(" 2 POST");
    terminal.press("\r");
    terminal.shows("Delivery 2 ");
    let written = String::from_utf8_lossy(&terminal.all).into_owned();
    assert!(
        !written.contains("\u{1b}]0;owned") && !written.contains('\u{9b}'),
        "a title was set or a colour begun"
    );
    terminal.press("\u{3}");
    assert_eq!(terminal.ended(), 0);
}

#[test]
fn a_delivery_is_copied_as_a_curl_line_through_the_terminal() {
    let bench = Bench::new();
    let mut terminal = Terminal::start(&bench, &["listen", "--port", "0"]);
    let any = address(&terminal.shows("Nothing has arrived yet"), "any");
    post(&any, "POST", b"it's $HOME");
    terminal.shows(" 1 POST");
    terminal.press("c");
    terminal.shows("Copied");
    let written = String::from_utf8_lossy(&terminal.all).into_owned();
    let copied = written.split("\u{1b}]52;c;").nth(1).expect("the terminal is asked to copy");
    let copied = copied.split(['\u{7}', '\u{1b}']).next().expect("the text ends");
    let line =
        String::from_utf8(BASE64.decode(copied.as_bytes()).expect("it is Base64")).expect("it is text");
    assert!(line.starts_with("curl ") && line.contains("HOME"), "{line}");
    assert!(!line.contains(any.rsplit('/').next().expect("a token")), "the token is not given away: {line}");
}

#[test]
fn a_delivery_is_replayed_to_the_address_that_is_entered() {
    let bench = Bench::new();
    let target = TcpListener::bind("127.0.0.1:0").expect("a port");
    let port = target.local_addr().expect("an address").port();
    let mut terminal = Terminal::start(&bench, &["listen", "--port", "0"]);
    let any = address(&terminal.shows("Nothing has arrived yet"), "any");
    post(&any, "PUT", b"\x00\xff exactly this");
    terminal.shows(" 1 PUT");
    terminal.press("r");
    terminal.shows("Replay 1 to: http://127.0.0.1:");
    terminal.press(&format!("{port}/hook\r"));
    let (mut socket, _) = target.accept().expect("it is sent");
    let mut request = Vec::new();
    let mut piece = [0; 1024];
    while !request.ends_with(b"exactly this") {
        let count = socket.read(&mut piece).expect("the request arrives");
        assert!(count > 0, "it must not end before its body");
        request.extend_from_slice(&piece[..count]);
    }
    let text = String::from_utf8_lossy(&request).into_owned();
    assert!(text.starts_with("PUT /hook HTTP/1.1\r\n"), "{text}");
    assert!(request.ends_with(b"\x00\xff exactly this"), "the very bytes");
    socket.write_all(b"HTTP/1.1 418 I'm a teapot\r\nContent-Length: 0\r\n\r\n").expect("an answer");
    terminal.shows("answered 418");
}

#[test]
fn damage_is_told_at_the_top_and_once_more_at_the_end() {
    let bench = Bench::new();
    bench.with_chat("Hello");
    let mut terminal = Terminal::start(&bench, &["listen", "--port", "0"]);
    terminal.shows("Nothing has arrived yet");
    let file = std::fs::File::options().write(true).open(bench.path("archive/archive.sqlite"));
    let mut file = file.expect("the archive is there");
    std::io::Seek::seek(&mut file, std::io::SeekFrom::Start(4096)).expect("it has pages");
    // The pages that the journal and its index begin on.
    file.write_all(&[0x55; 2 * 4096]).expect("they are written over");
    assert_eq!(bench.run(&["deliveries"]).code, 1, "another program meets it first");
    let screen = terminal.shows("The archive is damaged: new deliveries are answered 503");
    assert!(screen.contains("Quit every Afterchat program and start it again"), "{screen}");
    terminal.press("q");
    assert_eq!(terminal.ended(), 0);
    assert!(terminal.was_given_back(), "the shell behind it must be as it was");
    let written = String::from_utf8_lossy(&terminal.all).into_owned();
    let left = written.rsplit("\u{1b}[?1049l").next().unwrap_or_default();
    assert!(left.contains("it then repairs the archive"), "it stands in the shell afterwards: {left}");
    let repaired = bench.run(&["search", ""]);
    assert!(repaired.err.contains("was damaged and was repaired"), "{}", repaired.err);
}
