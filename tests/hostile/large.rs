//! Bodies that are much: made from recipes, so that nobody keeps them.

use std::path::Path;

use serde::Deserialize;

/// One of them.
#[derive(Debug, Deserialize)]
pub(crate) struct Large {
    pub(crate) name: String,
    /// What becomes of it: the word for its outcome.
    pub(crate) becomes: Option<String>,
    /// The answer of a door that does not take it.
    pub(crate) refused: Option<u16>,
    #[serde(default)]
    begin: String,
    each: String,
    #[serde(default)]
    between: String,
    #[serde(default)]
    first: usize,
    times: usize,
    #[serde(default)]
    middle: String,
    #[serde(default)]
    close: String,
    #[serde(default)]
    end: String,
    #[serde(default)]
    bytes: usize,
}

#[derive(Deserialize)]
struct Family {
    bodies: Vec<Large>,
}

/// All of them.
pub(crate) fn large() -> Vec<Large> {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("hostile/vectors/large.json");
    serde_json::from_slice::<Family>(&std::fs::read(file).expect("the recipes"))
        .expect("they are JSON")
        .bodies
}

impl Large {
    /// What is sent.
    pub(crate) fn body(&self) -> Vec<u8> {
        let mut body = self.begin.clone();
        for number in self.first..self.first + self.times {
            if number > self.first {
                body += &self.between;
            }
            body += &self.each.replace("{n}", &number.to_string());
        }
        body += &self.middle;
        body += &self.close.repeat(self.times);
        body += &self.end;
        let mut body = body.into_bytes();
        body.resize(body.len().max(self.bytes), b' ');
        body
    }
}
