//! An amount: a mark, a number of seconds, a size.

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Serialize, Serializer};
use ts_rs::TS;

/// A finite number that is written without a fraction when it has none, as the services write theirs.
#[derive(Debug, Clone, Copy, Default, PartialEq, PartialOrd, Deserialize, TS)]
#[serde(transparent)]
#[ts(type = "number")]
pub struct Quantity(f64);

/// The largest whole number that every JSON reader holds exactly.
const LARGEST_WHOLE: f64 = 9_007_199_254_740_991.0;

impl Quantity {
    /// The amount, if it is a finite number that every JSON reader can hold.
    #[must_use]
    pub fn new(amount: f64) -> Option<Self> {
        (amount.is_finite() && amount.abs() <= LARGEST_WHOLE).then_some(Self(amount))
    }

    /// The amount as a number.
    #[must_use]
    pub fn get(self) -> f64 {
        self.0
    }
}

impl std::fmt::Display for Quantity {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.0.fmt(formatter)
    }
}

impl Serialize for Quantity {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        if self.0.fract() == 0.0 {
            // In range: the constructor keeps the amount below 2^53.
            #[allow(clippy::cast_possible_truncation)]
            return serializer.serialize_i64(self.0 as i64);
        }
        serializer.serialize_f64(self.0)
    }
}

impl JsonSchema for Quantity {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Quantity".into()
    }

    fn inline_schema() -> bool {
        true
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({ "type": "number" })
    }
}
