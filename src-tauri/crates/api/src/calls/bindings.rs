//! Writes the TypeScript of the contract and fails when the committed file is not what the types say.

use std::fmt::Write as _;

use afterchat_transcript::Transcript;
use afterchat_transcript::guide as g;
use afterchat_transcript::model as m;
use ts_rs::{Config, TS};

use super::types as t;

const FILE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../../ui/src/host/bindings.ts");

fn typescript() -> String {
    let config = Config::default();
    let mut text =
        "// Generated from the Rust types by `cargo test -p afterchat-api`. Do not edit.\n".to_owned();
    macro_rules! declare {
        ($($type:ty),* $(,)?) => { $(
            let docs = <$type>::docs().unwrap_or_default();
            let _infallible = write!(text, "\n{docs}export {}\n", <$type>::decl(&config));
        )* };
    }
    declare!(
        afterchat_transcript::Instant,
        m::Kind,
        m::State,
        m::Role,
        m::PageRole,
        m::Quantity,
        m::ConversationId,
        m::Person,
        m::Rating,
        m::Timing,
        m::Visitor,
        m::PageVisit,
        m::Attachment,
        m::Message,
        m::Field,
        m::Link,
        m::OtherValue,
        m::Notice,
        m::Note,
        m::Local,
        Transcript,
        m::Markup,
        afterchat_transcript::richtext::Style,
        afterchat_transcript::richtext::Piece,
        m::Became,
        afterchat_transcript::payload::Format,
        afterchat_transcript::compare::Difference,
        afterchat_transcript::compare::ConversationArea,
        afterchat_transcript::compare::Said,
        afterchat_transcript::compare::ConversationChange,
        crate::Failure,
        t::Nothing,
        t::View,
        t::Outcome,
        t::TreeKind,
        t::Listener,
        t::ConversationRow,
        t::ConversationsQuestion,
        t::ConversationPage,
        t::ConversationQuestion,
        t::ShownTranslation,
        t::ShownMessage,
        t::ConversationAnswer,
        afterchat_transcript::DeliveryKind,
        t::Doubt,
        t::SignatureRow,
        t::SchemeRow,
        t::SecretRow,
        t::NewSecret,
        t::SecretName,
        t::TakeUnsigned,
        t::Acceptance,
        t::Pinning,
        t::NewNote,
        t::NoteKept,
        t::DeliveryRow,
        t::DeliveriesQuestion,
        t::DeliveryPage,
        t::DeliveryQuestion,
        t::Header,
        t::TreeNode,
        t::DeliveryAnswer,
        t::CompareQuestion,
        t::ComparedHeader,
        t::ComparedPiece,
        t::ComparedValue,
        t::ComparedLine,
        t::ComparedAs,
        t::ComparedBody,
        t::ComparedConversation,
        t::ComparedSide,
        t::CompareAnswer,
        t::NeighboursAnswer,
        t::WrittenForm,
        t::HandedAs,
        t::WrittenQuestion,
        t::WrittenRemark,
        t::WrittenAnswer,
        t::DeliveryChoice,
        t::HandOverQuestion,
        t::WorkStarted,
        m::Inference,
        t::OriginQuestion,
        t::Elsewhere,
        t::OriginAnswer,
        t::ShownQuestion,
        t::ShownAnswer,
        t::SpotQuestion,
        t::Excerpt,
        t::SpotAnswer,
        t::SourceRow,
        t::ProviderRow,
        t::Counts,
        t::ViewCounts,
        t::Overview,
        g::Known,
        g::Fact,
        g::Advice,
        g::Event,
        g::Way,
        g::Guide,
        t::ServiceGuide,
        t::GuideAnswer,
        t::ConnectedAnswer,
        t::SampleRow,
        t::SamplesAnswer,
        t::SampleQuestion,
        t::SampleSent,
        t::Mark,
        t::Marked,
        t::NewSource,
        t::SourceName,
        t::WorkKind,
        t::WorkState,
        t::RecordOutcome,
        t::RecordCount,
        t::WorkCount,
        t::WorkRow,
        t::WorkAnswer,
        t::HistoryFields,
        t::HistoryPlace,
        t::HistoryEnd,
        t::HistoryService,
        t::HistoryAnswer,
        t::HistoryEntry,
        t::HistoryStart,
        t::HistoryStarted,
        t::CustomerTagQuestion,
        t::CustomerQuestion,
        t::OpenableAnswer,
        t::RecordsQuestion,
        t::RecordRow,
        t::RecordPage,
        t::WorkQuestion,
        t::NameKind,
        t::NameStanding,
        t::DecisionKind,
        t::VisitorQuestion,
        t::VisitorPartQuestion,
        t::VisitorName,
        t::KnownName,
        t::VisitorDecision,
        t::SeenValue,
        t::SeenValues,
        t::GivenRating,
        t::ServiceCount,
        t::VisitorAnswer,
        t::PathStretch,
        t::VisitorPath,
        t::VisitorsQuestion,
        t::VisitorRow,
        t::VisitorList,
        t::JoinVisitors,
        t::TakeNameOut,
        t::DecisionQuestion,
        t::Decided,
    );
    let _infallible = write!(
        text,
        "\n/** Every query: what it asks and what it answers. */\n{}\n/** Every act: what it asks and what it answers. */\n{}",
        super::queries::typescript(&config),
        super::acts::typescript(&config)
    );
    text.lines().map(|line| format!("{}\n", line.trim_end())).collect()
}

#[test]
fn the_committed_typescript_is_what_the_types_say() {
    let wanted = typescript();
    if std::fs::read_to_string(FILE).unwrap_or_default() != wanted {
        std::fs::write(FILE, &wanted).unwrap();
        panic!("ui/src/host/bindings.ts was out of date and has been written anew: commit it");
    }
}
