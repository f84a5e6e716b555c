//! What opening tells while it repairs: which stage, how far, and the end.

use std::fs::{self, File};
use std::ops::ControlFlow;
use std::path::Path;

use afterchat_archive::{Archive, DeliveryId, Opening, OpeningStage};

use crate::house::{House, after, journal, overwrite};

const PAGE: u64 = 4096;

/// What is done to the file.
type Damage<'a> = &'a dyn Fn(&Path);

/// Opens the archive and tells what was told meanwhile.
fn opened(house: &House) -> (Archive, Vec<Opening>) {
    let mut told = Vec::new();
    let archive = Archive::open_telling(house.folder.path(), after(1), &mut |now| told.push(now)).unwrap();
    (archive, told)
}

fn stages(told: &[Opening]) -> Vec<OpeningStage> {
    let mut stages: Vec<_> = told.iter().map(|now| now.stage).collect();
    stages.dedup();
    stages
}

/// Of each stage with a known end: it only goes forward, and comes to the end.
fn only_goes_forward(name: &str, told: &[Opening]) {
    for stage in told.chunk_by(|one, next| one.stage == next.stage) {
        let Some(all) = stage[0].all else { continue };
        assert!(stage.iter().all(|now| now.all == Some(all)), "{name}: {stage:?}");
        assert!(stage.windows(2).all(|two| two[0].done < two[1].done), "{name}: it goes forward: {stage:?}");
        assert_eq!(stage[stage.len() - 1].done, all, "{name}: the end is told");
    }
}

fn known_to_be_damaged(house: &House) {
    fs::write(house.folder.path().join("archive.state"), "closed damaged\n").unwrap();
}

#[test]
fn a_repair_tells_how_many_pages_it_has_looked_at() {
    use OpeningStage::{Checking, Comparing, Looking, Repairing};
    let house = House::new(300);
    let archive = house.open();
    archive.note(DeliveryId(7), "look here").unwrap();
    archive.back_up_here(after(1), &mut |_| ControlFlow::Continue(())).unwrap().unwrap();
    archive.close();
    let leaf = house.pages("deliveries", "leaf")[5];
    let root = house.pages("deliveries", "internal")[0];
    let damages: [(&str, Damage<'_>); 4] = [
        ("a leaf", &|file| overwrite(file, (leaf - 1) * PAGE, &[0x55; 4096])),
        ("the root of deliveries", &|file| overwrite(file, (root - 1) * PAGE, &[0x55; 4096])),
        ("the first page", &|file| overwrite(file, 0, &[0x55; 4096])),
        ("the end", &|file| {
            let cut = File::options().write(true).open(file).unwrap();
            cut.set_len(file.metadata().unwrap().len() / 2).unwrap();
        }),
    ];
    for (name, damage) in damages {
        let backups = house.folder.path().join("backups");
        let house = house.as_if_killed();
        fs::create_dir(house.folder.path().join("backups")).unwrap();
        for backup in fs::read_dir(backups).unwrap().flatten() {
            fs::copy(backup.path(), house.folder.path().join("backups").join(backup.file_name())).unwrap();
        }
        damage(&house.file());
        known_to_be_damaged(&house);
        let pages = house.file().metadata().unwrap().len().div_ceil(PAGE);
        let (archive, told) = opened(&house);
        assert_eq!(stages(&told), [Looking, Repairing, Comparing, Checking], "{name}");
        only_goes_forward(name, &told);
        assert!(told.iter().any(|now| now.stage == Repairing && now.done == 1), "{name}: it begins to tell");
        assert!(told.iter().any(|now| now.all == Some(pages)), "{name}: it tells of {pages} pages");
        assert!(journal(&archive).iter().all(|(id, body)| house.kept.get(id) == Some(body)), "{name}");
        archive.close();
    }
}

#[test]
fn what_belongs_to_a_delivery_that_is_found_late_is_kept() {
    let house = House::new(300);
    let archive = house.open();
    for id in 1..=300 {
        archive.note(DeliveryId(id), &format!("note {id}")).unwrap();
    }
    archive.close();
    let root = house.pages("deliveries", "internal")[0];
    overwrite(&house.file(), (root - 1) * PAGE, &[0x55; 4096]);
    known_to_be_damaged(&house);
    let (archive, _) = opened(&house);
    assert!(journal(&archive) == house.kept, "every delivery stands on a page of its own tree");
    for id in 1..=300 {
        let note = archive.delivery_summary(DeliveryId(id)).unwrap().note;
        assert_eq!(note, Some(format!("note {id}")), "the notes were read before the deliveries were found");
    }
    archive.close();
}

#[test]
fn a_healthy_archive_has_nothing_to_tell_but_that_it_is_looked_at() {
    let house = House::new(5);
    let (archive, told) = opened(&house);
    assert_eq!(told, [Opening { stage: OpeningStage::Looking, done: 0, all: None }]);
    archive.close();
}

#[test]
fn waiting_for_another_program_is_told_and_ends() {
    let house = House::new(5);
    let mut held = Some(File::open(house.folder.path().join("archive.lock")).unwrap());
    held.as_ref().unwrap().lock().unwrap();
    let mut told = Vec::new();
    let archive = Archive::open_telling(house.folder.path(), after(1), &mut |now| {
        told.push(now);
        if now.stage == OpeningStage::Waiting {
            held.take();
        }
    });
    archive.unwrap().close();
    let [looking, waiting] = [OpeningStage::Looking, OpeningStage::Waiting];
    assert_eq!(stages(&told), [looking, waiting, looking], "it is looked at again before it is opened");
}

#[test]
fn what_the_program_that_was_waited_for_did_not_finish_is_finished() {
    let house = House::new(20);
    known_to_be_damaged(&house);
    let mut held = Some(File::open(house.folder.path().join("archive.lock")).unwrap());
    held.as_ref().unwrap().lock().unwrap();
    // It ends after it has set the old file aside, and before the new one has come.
    let [file, aside] = [house.file(), house.folder.path().join("damaged/now")];
    fs::create_dir_all(&aside).unwrap();
    let replacement = house.folder.path().join("archive.replacement.sqlite");
    fs::copy(&file, &replacement).unwrap();
    let mut tell = |now: Opening| {
        if now.stage == OpeningStage::Waiting && held.is_some() {
            fs::rename(&file, aside.join("archive.sqlite")).unwrap();
            let under_way = r#"{"aside":"damaged/now"}"#;
            fs::write(house.folder.path().join("archive.exchange.json"), under_way).unwrap();
            held.take();
        }
    };
    let archive = Archive::open_telling(house.folder.path(), after(1), &mut tell).unwrap();
    assert!(journal(&archive) == house.kept, "no empty archive may be opened in its place");
    archive.close();
    assert!(!replacement.exists());
}
