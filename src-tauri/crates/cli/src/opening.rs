//! Opening the archive where that takes long: on a terminal a line of progress, elsewhere one line for each thing that is
//! done. Both go to standard error, so that data stays data.

use std::path::Path;

use afterchat_api::{Api, Failure};
use afterchat_archive::{Opening, OpeningStage};

use crate::output;
use crate::progress::Progress;

/// Opens the archive and says what that is busy with. Blocking.
pub(crate) fn open(folder: &Path) -> Result<Api, Failure> {
    let mut progress = Progress::new();
    let mut stage = OpeningStage::Looking;
    let opened = Api::open_telling(folder, &mut |now| {
        let is_new = std::mem::replace(&mut stage, now.stage) != now.stage;
        match (progress.is_shown(), is_new) {
            (true, true) => progress.anew(&words(now)),
            (true, false) if stage != OpeningStage::Looking => progress.at(|| words(now)),
            (false, true) => announcement(stage).into_iter().for_each(output::say),
            _ => {}
        }
    });
    progress.clear();
    opened
}

/// What is being done, and how far it is, on one line.
fn words(now: Opening) -> String {
    let stage = match now.stage {
        OpeningStage::Looking => "Opening the archive",
        OpeningStage::Repairing => "Repairing the archive",
        OpeningStage::Comparing => "Looking at the newest backup",
        OpeningStage::Checking => "Looking through the new file",
        OpeningStage::Waiting => {
            "Waiting for another Afterchat program that repairs or exchanges the archive"
        }
        OpeningStage::BackingUp => "Making a backup before the archive is changed",
        OpeningStage::Changing => "Bringing the archive to the newest format",
    };
    match now.all {
        Some(all) => format!("{stage}: {} %", now.done * 100 / all.max(1)),
        None => stage.to_owned(),
    }
}

/// What is said once where nothing can be drawn over; what only takes its time needs no words there.
fn announcement(stage: OpeningStage) -> Option<&'static str> {
    Some(match stage {
        OpeningStage::Repairing => {
            "The archive is damaged and is being repaired. On a large one this takes minutes; if it is ended, it begins again at the next start."
        }
        OpeningStage::Waiting => {
            "Waiting for another Afterchat program that repairs or exchanges the archive."
        }
        OpeningStage::BackingUp => "Making a backup before the archive is brought to the newest format.",
        OpeningStage::Changing => "Bringing the archive to the newest format.",
        OpeningStage::Looking | OpeningStage::Comparing | OpeningStage::Checking => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::{Opening, OpeningStage, words};

    #[test]
    fn a_line_tells_how_far_it_is_where_that_is_known() {
        let now = Opening { stage: OpeningStage::Repairing, done: 1, all: Some(3) };
        assert_eq!(words(now), "Repairing the archive: 33 %");
        let unknown = Opening { stage: OpeningStage::Checking, done: 0, all: None };
        assert_eq!(words(unknown), "Looking through the new file");
    }
}
