//! What a backup has besides what could be salvaged: offered, and brought back when a person wants it.

use std::collections::BTreeMap;
use std::fs;
use std::ops::ControlFlow;

use afterchat_archive::{Archive, DeliveryId, Flag, View};

use crate::house::{FILE, House, after, conversations, journal, post, settle};

/// An archive of which all is gone but a backup, and deliveries that arrived since.
fn lost_and_repaired() -> (House, Archive, BTreeMap<i64, Vec<u8>>) {
    let house = House::new(150);
    let archive = house.open();
    archive.note(DeliveryId(7), "look here").unwrap();
    archive.back_up_here(after(1), &mut |_| ControlFlow::Continue(())).unwrap().unwrap();
    archive.close();
    fs::write(house.file(), "nothing of it is left").unwrap();
    let archive = house.open();
    let new = post(&archive, 500..510);
    (house, archive, new)
}

#[test]
fn a_backup_is_offered_and_brought_back_under_the_same_numbers() {
    let (house, archive, new) = lost_and_repaired();
    let repair = archive.repair().unwrap().unwrap();
    assert_eq!(repair.deliveries, 0);
    assert_eq!(repair.highest, 150, "as many are missing");
    let offer = repair.backup.unwrap();
    assert_eq!((offer.deliveries, offer.at), (150, after(1)));
    assert_eq!(repair.addresses_from, Some(offer.name.clone()), "services know these addresses");
    assert_eq!(archive.source("mine").unwrap().path(), house.path, "and they work at once");
    assert!(*new.keys().next().unwrap() > 150, "the old numbers stay free");

    // What was decided since counts.
    archive.take_unsigned("smartsupp", false).unwrap();
    settle(&archive);
    let done = archive.bring_back(&offer.name, &mut |_, _| ControlFlow::Continue(())).unwrap();
    assert_eq!(done.deliveries, 150);
    settle(&archive);
    let mut all = house.kept.clone();
    all.extend(new);
    assert!(journal(&archive) == all, "every delivery has its number and its bytes");
    assert_eq!(conversations(&archive, View::Everything).len(), 160);
    assert_eq!(conversations(&archive, View::Starred).len(), 1, "what people decided comes back");
    assert!(!archive.source("smartsupp").unwrap().takes_unsigned, "and overrules nothing");
    let note = archive.delivery_summary(DeliveryId(7)).unwrap().note;
    assert_eq!(note.as_deref(), Some("look here"));

    let again = archive.bring_back(&offer.name, &mut |_, _| ControlFlow::Continue(())).unwrap();
    assert_eq!((again.deliveries, again.others), (0, 0), "nothing is brought back twice");
    settle(&archive);
    assert!(journal(&archive) == all);
    archive.close();
}

#[test]
fn bringing_back_stops_between_two_commits_and_goes_on_later() {
    let (house, archive, _) = lost_and_repaired();
    let name = archive.repair().unwrap().unwrap().backup.unwrap().name;
    let done = archive.bring_back(&name, &mut |_, _| ControlFlow::Break(())).unwrap();
    assert!(done.cancelled && done.deliveries > 0 && done.deliveries < 150);
    settle(&archive);
    let shown = i64::try_from(conversations(&archive, View::Everything).len()).unwrap();
    assert_eq!(shown, done.deliveries + 10, "what came back is shown");
    let rest = archive.bring_back(&name, &mut |_, _| ControlFlow::Continue(())).unwrap();
    assert_eq!(rest.deliveries, 150 - done.deliveries);
    assert!(house.kept.iter().all(|(id, body)| journal(&archive).get(id) == Some(body)));
    archive.close();
}

#[test]
fn no_damaged_backup_is_offered() {
    let house = House::new(150);
    let archive = house.open();
    let older = archive.back_up_here(after(1), &mut |_| ControlFlow::Continue(())).unwrap().unwrap();
    let newer = archive.back_up_here(after(30), &mut |_| ControlFlow::Continue(())).unwrap().unwrap();
    archive.close();
    let mut bytes = fs::read(&newer.path).unwrap();
    bytes[8192..12_288].fill(0x55);
    fs::write(&newer.path, bytes).unwrap();
    fs::remove_file(house.folder.path().join(FILE)).unwrap();
    let archive = house.open();
    assert_eq!(archive.repair().unwrap().unwrap().backup.unwrap().name, older.name);
    let refused = archive.bring_back(&newer.name, &mut |_, _| ControlFlow::Continue(())).unwrap_err();
    assert_eq!(refused.code(), "backup_damaged");
    let star = conversations(&archive, View::Everything);
    assert_eq!(archive.mark(Flag::Starred, &star, true).unwrap(), 0, "nothing was brought back by itself");
    archive.close();
}
