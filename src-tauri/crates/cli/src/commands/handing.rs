//! Many deliveries written into a HAR file or a folder of fixtures.

use std::io;
use std::path::{Path, PathBuf};
use std::sync::atomic::Ordering;

use afterchat_api::types::DeliveryChoice;
use afterchat_api::{Api, HandedOver};
use afterchat_archive::DeliveryId;
use afterchat_archive::export::{Existing, save};
use anyhow::{Context as _, bail};

use crate::output::say;
use crate::progress::{Progress, stop_flag};

/// Where deliveries are written to.
#[derive(Debug, Clone)]
pub(crate) enum Handing {
    Har(PathBuf),
    Fixtures(PathBuf),
}

/// Writes these deliveries. Files that are there already stay, unless `existing` says otherwise.
pub(crate) async fn hand_over(
    api: &Api,
    which: DeliveryChoice,
    limit: Option<usize>,
    to: Handing,
    secrets: bool,
    existing: Existing,
) -> anyhow::Result<()> {
    let (api, stop) = (api.clone(), stop_flag());
    tokio::task::spawn_blocking(move || {
        let mut ids = api.deliveries_chosen(&which)?;
        // The newest count, as in the list.
        let from = ids.len().saturating_sub(limit.unwrap_or(usize::MAX));
        ids.drain(..from);
        if ids.is_empty() {
            bail!("No delivery fits, so nothing was written.");
        }
        let mut progress = Progress::new();
        let all = ids.len();
        let mut step = |done: usize| {
            progress.at(|| format!("Writing delivery {} of {all}", done + 1));
            !stop.load(Ordering::Relaxed)
        };
        let (handed, path) = match &to {
            Handing::Har(path) => (har(&api, &ids, path, secrets, existing, &mut step)?, path),
            Handing::Fixtures(folder) => {
                (fixtures(&api, &ids, folder, secrets, existing, &mut step)?, folder)
            }
        };
        progress.clear();
        if handed.stopped {
            bail!("It was stopped. Files that were finished stay.");
        }
        let count = if handed.written == 1 {
            "1 delivery".to_owned()
        } else {
            format!("{} deliveries", handed.written)
        };
        say(&format!("{count} written to {}", path.display()));
        Ok(())
    })
    .await?
}

fn har(
    api: &Api,
    ids: &[DeliveryId],
    path: &Path,
    secrets: bool,
    existing: Existing,
    step: &mut dyn FnMut(usize) -> bool,
) -> anyhow::Result<HandedOver> {
    let mut scribe = api.scribe(secrets)?;
    if path == Path::new("-") {
        return Ok(scribe.har(ids, io::stdout().lock(), step)?);
    }
    let mut handed = HandedOver::default();
    save(path, existing, |file| {
        handed = scribe.har(ids, file, step).map_err(io::Error::other)?;
        // What was stopped is no whole file.
        if handed.stopped { Err(io::Error::other("It was stopped.")) } else { Ok(()) }
    })
    .map_err(|error| explained(error, path))?;
    Ok(handed)
}

fn fixtures(
    api: &Api,
    ids: &[DeliveryId],
    folder: &Path,
    secrets: bool,
    existing: Existing,
    step: &mut dyn FnMut(usize) -> bool,
) -> anyhow::Result<HandedOver> {
    std::fs::create_dir_all(folder)
        .with_context(|| format!("The folder {} cannot be made", folder.display()))?;
    let mut refused = None;
    let handed = api.scribe(secrets)?.fixtures(
        ids,
        &mut |name, bytes| {
            let path = folder.join(name);
            save(&path, existing, |file| file.write_all(bytes)).map_err(|error| {
                let kind = error.kind();
                refused = Some(explained(error, &path));
                kind.into()
            })
        },
        step,
    );
    match refused {
        Some(refused) => Err(refused),
        None => Ok(handed?),
    }
}

fn explained(error: io::Error, path: &Path) -> anyhow::Error {
    if error.kind() == io::ErrorKind::AlreadyExists {
        return anyhow::anyhow!(
            "{} is there already and was left as it is. Use --force to replace it.",
            path.display()
        );
    }
    anyhow::Error::from(error).context(format!("{} was not written", path.display()))
}
