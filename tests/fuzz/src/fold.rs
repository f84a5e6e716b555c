//! The fold: neither the order in which deliveries are read nor a repetition changes a conversation.

use crate::common::arrived::{Arrived, arrived, told_again, transcripts};

/// Stands between two payloads. UTF-8 has no such byte.
const BETWEEN: u8 = 0xff;
/// Payloads of one input. Beyond a few nothing new comes of more.
const MOST: usize = 6;

pub(crate) fn check(input: &[u8]) {
    let bodies = input.split(|byte| *byte == BETWEEN).take(MOST);
    let all: Vec<Arrived> = (1..).zip(bodies).map(|(number, body)| arrived(number, body)).collect();
    let expected = transcripts(&all);
    let turned: Vec<Arrived> = all.iter().rev().cloned().collect();
    assert_eq!(transcripts(&turned), expected, "the order of reading must not matter");
    let mut shifted = all.clone();
    shifted.rotate_left(1);
    assert_eq!(transcripts(&shifted), expected, "the order of reading must not matter");
    let again = (100..).zip(&all).map(|(number, one)| one.again(number));
    let repeated: Vec<Arrived> = all.iter().cloned().chain(again).collect();
    assert_eq!(told_again(&repeated), told_again(&all), "a repetition says nothing new");
}
