//! Where a delivery differed from the shape that its source and event had until then, with an example that did not.

use afterchat_archive::{self as archive, DeliveryId, DriftExample};

use super::deliveries::number;
use super::types::{DeliveryQuestion, DriftAnswer, DriftKind, DriftRow, DriftType, Elsewhere};
use crate::{Api, Failure};

pub(super) fn drift(api: &Api, ask: &DeliveryQuestion) -> Result<DriftAnswer, Failure> {
    let id = DeliveryId(number(&ask.id)?);
    let drifted = api.archive.drift(id)?;
    let examples = api.archive.drift_examples(id, &drifted.noted)?;
    let more = drifted.total - drifted.noted.len().min(drifted.total);
    let rows = drifted.noted.into_iter().zip(examples).map(row).collect();
    Ok(DriftAnswer { rows, more: u32::try_from(more).unwrap_or(u32::MAX) })
}

fn row((drift, example): (archive::Drift, Option<DriftExample>)) -> DriftRow {
    DriftRow {
        kind: match drift.kind {
            archive::DriftKind::New => DriftKind::New,
            archive::DriftKind::Missing => DriftKind::Missing,
            archive::DriftKind::Retyped => DriftKind::Retyped,
        },
        path: drift.path,
        pointer: drift.pointer,
        expected: drift.expected.into_iter().map(value_type).collect(),
        found: drift.found.map(value_type),
        example: example
            .map(|example| Elsewhere { delivery: example.delivery.to_string(), at: example.pointer }),
    }
}

fn value_type(found: archive::ValueType) -> DriftType {
    match found {
        archive::ValueType::Null => DriftType::Null,
        archive::ValueType::Bool => DriftType::Bool,
        archive::ValueType::Number => DriftType::Number,
        archive::ValueType::Text => DriftType::Text,
        archive::ValueType::List => DriftType::List,
        archive::ValueType::Object => DriftType::Object,
        archive::ValueType::Empty => DriftType::Empty,
    }
}
