//! Who is one visitor: conversations of one person, joined over services and accounts.
//!
//! The result is a pure function of the conversations and of what people decided: neither the order of arrival nor a
//! rebuild changes it. The rules:
//!
//! 1. **Names.** A conversation knows its visitor by the service's id of them (with service and account, to the letter)
//!    and by every e-mail address they gave (capitals mean nothing). Never by what they are called or where they
//!    connect from. What is clearly nobody's own is no name: ids such as `0` or `null`, addresses that cannot be
//!    delivered to, `noreply@`, `test@test.com`, an address of an agent of the same conversation, and lists of
//!    addresses longer than anybody's (`names`).
//! 2. **Conversations with a name in common are of one visitor**, and so are those that a chain of such names connects.
//! 3. **A name that stands beside more than `CROWD` different sets of other names is a crowd's**, such as the address of
//!    a whole office. It joins nobody; conversations that know nothing but this name stay together.
//! 4. **What people decide counts more, and the newest decision most.** A join makes two visitors one by all names that
//!    then held each together. A name that was taken out joins nobody, as a crowd's; a conversation that was
//!    taken out is known by nothing but itself. Either ends what earlier joins said of it, and a later join counts again
//!    (`decisions`).
//!
//! A visitor has no id: any conversation of theirs names them, whatever is joined or taken out later. Equal sets of
//! names are stored once, as an *identity*, so a visitor is found by walking a few identities and not thousands of
//! conversations (`walk`).

mod decisions;
mod find;
mod names;
mod path;
mod portrait;
mod walk;

use rusqlite::{Connection, OptionalExtension, params};

use crate::ArchiveError;

pub use decisions::{Decided, Decision};
pub use find::FoundVisitor;
pub use names::Name;
pub use path::{PathPlace, Stretch, VisitorPath};
pub use portrait::{GivenRating, KnownName, NameStanding, Portrait, Seen, SeenValues};

pub(crate) use names::names_of;

/// A name in more identities than this is a crowd's. Somebody who clears their cookies after each of their chats stays
/// one person for some years; an office does not become one.
pub(crate) const CROWD: usize = 500;

/// The number of the identity with these names; it is made if there is none. What people decided about the conversation
/// is part of it.
pub(crate) fn identity(
    connection: &Connection,
    conversation: &str,
    natural: &[Name],
) -> Result<i64, ArchiveError> {
    let names = decisions::as_decided(connection, conversation, natural)?;
    let text = names::list_text(&names);
    let known: Option<i64> = connection
        .prepare_cached("SELECT id FROM identities WHERE names = ?1")?
        .query_row([&text], |row| row.get(0))
        .optional()?;
    if let Some(known) = known {
        return Ok(known);
    }
    connection.prepare_cached("INSERT INTO identities (names) VALUES (?1)")?.execute([&text])?;
    let id = connection.last_insert_rowid();
    let mut insert = connection.prepare_cached("INSERT INTO known_as VALUES (?1, ?2)")?;
    for name in &names {
        insert.execute(params![name.text(), id])?;
    }
    Ok(id)
}
