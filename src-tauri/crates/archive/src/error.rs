//! What can go wrong with the archive, in words for the person who reads it.

use std::io::ErrorKind;
use std::path::PathBuf;

use rusqlite::ErrorCode;
use rusqlite::ffi::SQLITE_IOERR_SHMSIZE;

/// Why the archive could not do what was asked.
#[derive(Debug, thiserror::Error)]
pub enum ArchiveError {
    /// The folder cannot be made or used.
    #[error(
        "The folder {folder} cannot be used: {cause}. Choose another one, or allow this account to write there."
    )]
    Folder {
        /// The folder.
        folder: PathBuf,
        /// What the system says.
        cause: std::io::Error,
    },
    /// A newer Afterchat wrote this archive.
    #[error(
        "This archive was written by a newer Afterchat (format {found}, this one knows {known}). Nothing was changed. Please install the newer version."
    )]
    Newer {
        /// The format of the file.
        found: i64,
        /// The newest format this program knows.
        known: i64,
    },
    /// The disk has no room.
    #[error(
        "The disk is full. Everything stored so far is safe; nothing new can be kept until there is room. Make room on that disk."
    )]
    DiskFull,
    /// The file or its folder cannot be written.
    #[error(
        "The archive cannot be written: the file or its folder is read-only. What is stored can be read."
    )]
    ReadOnly,
    /// Another program holds the archive for too long.
    #[error("Another program is using the archive and did not let go of it in time. Please try again.")]
    Busy,
    /// The file is damaged.
    #[error(
        "The archive file is damaged: {0}. Nothing new is kept in it. Quit every Afterchat program and start it again: it sets the file aside and keeps everything readable."
    )]
    Damaged(String),
    /// What stands in the place of the archive is another program's.
    #[error(
        "{0} is the database of another program. It was left as it is. Choose another folder for Afterchat, or move that file away."
    )]
    Foreign(PathBuf),
    /// Another program exchanges the archive's files.
    #[error(
        "Another Afterchat program is repairing or restoring this archive. Nothing was changed. Please try again when it is done."
    )]
    BeingExchanged,
    /// Another program has the archive open that is to be exchanged.
    #[error(
        "Another Afterchat program has this archive open. Nothing was changed. Please quit it first, the window and its icon in the tray included."
    )]
    InUse,
    /// A file is in the way.
    #[error("{0} exists already. Nothing was written. Please choose another name.")]
    FileExists(PathBuf),
    /// The disk has too little room for something large.
    #[error(
        "There is too little room in {folder}: {needed} MB are needed and {free} MB are free. Nothing was written. Make room or choose another disk."
    )]
    NoRoom {
        /// Where it was to be written.
        folder: PathBuf,
        /// How much is needed, in MB.
        needed: u64,
        /// How much is free, in MB.
        free: u64,
    },
    /// The disk has too little room for the repair of a damaged archive.
    #[error(
        "The archive is damaged, and the disk has too little room to repair it: that takes about as much as the archive itself. The damaged files and all backups are as they were. Make room and start Afterchat again."
    )]
    NoRoomToRepair,
    /// The disk has too little room to bring an archive to the newest format.
    #[error(
        "This archive is of an earlier format, and the disk has too little room for the copy that is made before it is changed, or for the change: {0} The archive and all backups are as they were. Make room and start Afterchat again."
    )]
    NoRoomToMigrate(Box<ArchiveError>),
    /// A file that was taken for a backup is none.
    #[error("{0} is no backup of an Afterchat archive. Nothing was changed.")]
    NoBackup(PathBuf),
    /// A backup is damaged.
    #[error("The backup {0} is damaged. Nothing was changed. Please use another one.")]
    BackupDamaged(PathBuf),
    /// Another program makes a backup.
    #[error("Another Afterchat program is making a backup of this archive just now.")]
    BackupElsewhere,
    /// There is no such thing in the archive.
    #[error("There is no {what} “{name}” in this archive.")]
    NotFound {
        /// What kind of thing.
        what: &'static str,
        /// What was asked for.
        name: String,
    },
    /// A name is taken.
    #[error("There is already a source named “{0}”.")]
    NameTaken(String),
    /// A name cannot be used in an address.
    #[error("“{0}” cannot be the name of a source. Use 1 to 40 small letters, digits and hyphens.")]
    NameInvalid(String),
    /// There is no such chat service.
    #[error("Afterchat knows no chat service “{0}”.")]
    UnknownProvider(String),
    /// Two visitors that are to be joined are one.
    #[error("These conversations are of one visitor already. Nothing was changed.")]
    SameVisitor,
    /// A source's service signs nothing, so there is nothing to check with a secret.
    #[error("Nothing that reaches “{0}” can be checked with a secret: its service signs nothing.")]
    SignsNothing(String),
    /// A secret was not given.
    #[error("A secret cannot be empty. Nothing was changed.")]
    SecretEmpty,
    /// A secret is set already, under this label.
    #[error("This secret is set already, as “{0}”.")]
    SecretKnown(String),
    /// A label is taken.
    #[error("This source has a secret called “{0}” already.")]
    LabelTaken(String),
    /// A source has as many secrets as it may.
    #[error("A source has at most {0} secrets. Remove one that is no longer used first.")]
    TooManySecrets(usize),
    /// Too many old addresses of a source are still good.
    #[error(
        "{0} old addresses of this source still work. End them first, or let only the new one work. Nothing was changed."
    )]
    TooManyOldAddresses(usize),
    /// A source has a target of this name.
    #[error("This source has a target called “{0}” already.")]
    TargetNameTaken(String),
    /// A source has as many targets as it may.
    #[error("A source forwards to at most {0} targets. Remove one that is no longer used first.")]
    TooManyTargets(i64),
    /// A sample was given no name.
    #[error("A sample needs a name. Nothing was changed.")]
    SampleUnnamed,
    /// The archive is being closed.
    #[error("The archive is being closed.")]
    Closing,
    /// Anything else SQLite says.
    #[error("The archive could not be used: {0}.")]
    Sqlite(rusqlite::Error),
    /// A file could not be read or written.
    #[error("{0}")]
    File(std::io::Error),
}

impl ArchiveError {
    /// The stable code of this failure.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::Folder { .. } => "folder_unusable",
            Self::Newer { .. } => "archive_newer",
            Self::DiskFull => "disk_full",
            Self::ReadOnly => "archive_read_only",
            Self::Busy => "archive_busy",
            Self::Damaged(_) => "archive_damaged",
            Self::Foreign(_) => "archive_foreign",
            Self::BeingExchanged => "archive_being_exchanged",
            Self::InUse => "archive_in_use",
            Self::FileExists(_) => "file_exists",
            Self::NoRoom { .. } => "no_room",
            Self::NoRoomToRepair => "no_room_to_repair",
            Self::NoRoomToMigrate(_) => "no_room_to_migrate",
            Self::NoBackup(_) => "no_backup",
            Self::BackupDamaged(_) => "backup_damaged",
            Self::BackupElsewhere => "backup_elsewhere",
            Self::NotFound { .. } => "not_found",
            Self::NameTaken(_) => "name_taken",
            Self::NameInvalid(_) => "name_invalid",
            Self::UnknownProvider(_) => "unknown_provider",
            Self::SameVisitor => "same_visitor",
            Self::SignsNothing(_) => "signs_nothing",
            Self::SecretEmpty => "secret_empty",
            Self::SecretKnown(_) => "secret_known",
            Self::LabelTaken(_) => "label_taken",
            Self::TooManySecrets(_) => "too_many_secrets",
            Self::TooManyOldAddresses(_) => "too_many_old_addresses",
            Self::TargetNameTaken(_) => "target_name_taken",
            Self::TooManyTargets(_) => "too_many_targets",
            Self::SampleUnnamed => "sample_unnamed",
            Self::Closing => "closing",
            Self::Sqlite(_) | Self::File(_) => "archive_failed",
        }
    }
}

impl ArchiveError {
    /// Whether there was no room on the disk.
    pub(crate) fn is_lack_of_room(&self) -> bool {
        matches!(self, Self::DiskFull | Self::NoRoom { .. })
    }
}

impl From<std::io::Error> for ArchiveError {
    fn from(error: std::io::Error) -> Self {
        match error.kind() {
            ErrorKind::StorageFull | ErrorKind::QuotaExceeded => Self::DiskFull,
            _ => Self::File(error),
        }
    }
}

impl From<rusqlite::Error> for ArchiveError {
    fn from(error: rusqlite::Error) -> Self {
        match error.sqlite_error_code() {
            Some(ErrorCode::DiskFull) => Self::DiskFull,
            // The memory that programs share while they have the file open is a file too, and is the first to want room.
            Some(ErrorCode::SystemIoFailure) if extended_code(&error) == Some(SQLITE_IOERR_SHMSIZE) => {
                Self::DiskFull
            }
            Some(ErrorCode::ReadOnly | ErrorCode::PermissionDenied | ErrorCode::CannotOpen) => Self::ReadOnly,
            Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked) => Self::Busy,
            Some(ErrorCode::DatabaseCorrupt | ErrorCode::NotADatabase) => Self::Damaged(error.to_string()),
            _ => Self::Sqlite(error),
        }
    }
}

fn extended_code(error: &rusqlite::Error) -> Option<i32> {
    error.sqlite_error().map(|error| error.extended_code)
}

/// Why a delivery was not kept. Every variant means that nothing of it was stored.
#[derive(Debug, Clone, thiserror::Error)]
#[error("The delivery was not kept: {words}")]
pub struct AppendError {
    /// The stable code of the failure behind it.
    pub code: &'static str,
    /// The failure in words.
    pub words: String,
}

impl From<&ArchiveError> for AppendError {
    fn from(error: &ArchiveError) -> Self {
        Self { code: error.code(), words: error.to_string() }
    }
}
