//! Signing secrets, and the quarantine of deliveries without a good signature.

use afterchat_archive::{DeliveryId, Doubt as ArchiveDoubt, Signature, SigningSecret};
use afterchat_transcript::signature::{Scheme, SignedPiece};
use afterchat_transcript::{Delivery, providers};

use super::types::{
    Acceptance, Doubt, Header, Marked, NewSecret, SchemeRow, SecretName, SecretRow, SignatureRow,
    SignedPieceRow, SignedRow, SourceRow, TakeUnsigned,
};
use super::{deliveries, sources};
use crate::{Api, Failure, now};

pub(super) fn add(api: &Api, ask: &NewSecret) -> Result<SourceRow, Failure> {
    let source = api.archive.add_secret(&ask.source, ask.label.as_deref(), &ask.secret, now())?;
    sources::row(api, source)
}

pub(super) fn remove(api: &Api, ask: &SecretName) -> Result<SourceRow, Failure> {
    let source = api.archive.remove_secret(&ask.source, &ask.label)?;
    sources::row(api, source)
}

pub(super) fn take_unsigned(api: &Api, ask: &TakeUnsigned) -> Result<SourceRow, Failure> {
    let source = api.archive.take_unsigned(&ask.source, ask.on)?;
    sources::row(api, source)
}

pub(super) fn accept(api: &Api, ask: &Acceptance) -> Result<Marked, Failure> {
    let number = |id: &String| deliveries::number(id).map(DeliveryId);
    let ids = ask.ids.iter().map(number).collect::<Result<Vec<_>, _>>()?;
    Ok(Marked { changed: api.archive.accept(&ids, ask.on, now())? })
}

pub(super) fn row(signature: Signature) -> SignatureRow {
    SignatureRow {
        doubt: signature.doubt.map(|doubt| match doubt {
            ArchiveDoubt::Missing => Doubt::Missing,
            ArchiveDoubt::Wrong => Doubt::Wrong,
            ArchiveDoubt::Late => Doubt::Late,
        }),
        scheme: signature.scheme,
        secret: signature.secret,
        refused: signature.refused,
        accepted_at: signature.accepted_at,
    }
}

/// What the signature of a delivery covers; `None` where none was looked for, or its service signs in another way now
/// than when it arrived.
pub(super) fn signed(delivery: &Delivery, found: Option<&Signature>) -> Option<SignedRow> {
    let provider = providers::by_id(delivery.provider.as_deref()?)?;
    let scheme =
        provider.signature().filter(|scheme| found.is_some_and(|it| it.scheme == scheme.to_string()))?;
    let signed = scheme.signed(&delivery.headers);
    let claim = |header: &afterchat_transcript::Header| Header {
        name: header.name.clone(),
        value: String::from_utf8_lossy(&header.value).into_owned(),
    };
    let nothing = SignedPieceRow { letters: None, header: None, value: None };
    let piece = |piece: SignedPiece| match piece {
        SignedPiece::Letters(letters) => {
            SignedPieceRow { letters: Some(letters.to_owned()), ..nothing.clone() }
        }
        SignedPiece::Value(header, value) => {
            SignedPieceRow { header: Some(header.to_owned()), value, ..nothing.clone() }
        }
        SignedPiece::Body => nothing.clone(),
    };
    Some(SignedRow {
        headers: signed.headers.iter().map(|name| (*name).to_owned()).collect(),
        claims: signed.claims.iter().map(claim).collect(),
        made: signed.made,
        pieces: signed.pieces.into_iter().map(piece).collect(),
    })
}

pub(super) fn secret_row(known: &SigningSecret) -> SecretRow {
    SecretRow { label: known.label.clone(), ending: known.secret.ending(), added_at: known.added_at }
}

pub(super) fn scheme_row(scheme: &Scheme) -> SchemeRow {
    SchemeRow { words: scheme.to_string(), unsigned: scheme.unsigned.map(str::to_owned) }
}
