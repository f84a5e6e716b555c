//! Deliveries handed on: as a text to copy, or as a file to save.

use afterchat_archive::DeliveryId;
use afterchat_relay::written::{Remark, Written};

use super::deliveries::number;
use super::types::{HandOverQuestion, WorkStarted, WrittenAnswer, WrittenQuestion, WrittenRemark};
use crate::{Api, Failure};

pub(super) fn written(api: &Api, ask: &WrittenQuestion) -> Result<WrittenAnswer, Failure> {
    let id = DeliveryId(number(&ask.delivery)?);
    let mut scribe = api.scribe(ask.secrets.unwrap_or(false))?;
    let written = scribe.text(id, ask.form, ask.to.as_deref(), ask.whole.unwrap_or(false))?;
    let remarks = remarks(&written);
    Ok(WrittenAnswer { text: written.text, hidden: written.hidden, remarks })
}

pub(super) fn hand_over(api: &Api, ask: &HandOverQuestion) -> Result<WorkStarted, Failure> {
    Ok(WorkStarted { work: api.hand_over(ask.clone()) })
}

/// What a text does not say as the delivery did, with stable codes.
#[must_use]
pub fn remarks(written: &Written) -> Vec<WrittenRemark> {
    written.remarks.iter().cloned().map(remark).collect()
}

fn remark(remark: Remark) -> WrittenRemark {
    let (code, name) = match remark {
        Remark::NotKept(name) => ("not_kept", Some(name)),
        Remark::HeaderLeftOut(name) => ("header_left_out", Some(name)),
        Remark::BodyLeftOut => ("body_left_out", None),
        Remark::BodyInFile(name) => ("body_in_file", Some(name)),
    };
    WrittenRemark { code: code.to_owned(), name }
}
