//! `afterchat serve`: the inbox in a browser on this machine, with the public door beside it.

use afterchat_api::Api;
use clap::Args;
use serde_json::json;

use crate::serve;
use crate::stop::stop_requested;

/// What `afterchat serve` takes.
#[derive(Debug, Args)]
pub(crate) struct Serve {
    /// The port of the inbox; 0 takes any free one
    #[arg(long, default_value_t = 0)]
    ui_port: u16,
    /// The port of the public door; without it the one of the last time, else 4780
    #[arg(long)]
    port: Option<u16>,
    /// Show the inbox only, and leave the public door closed
    #[arg(long)]
    no_listen: bool,
    /// Print what is served as one line of JSON
    #[arg(long)]
    json: bool,
}

impl Serve {
    pub(crate) async fn run(self, api: &Api) -> anyhow::Result<()> {
        let stop = stop_requested();
        api.keep_backups();
        let door = if self.no_listen { None } else { Some(api.listen(self.port).await?) };
        if door.is_some() {
            api.resume_tunnel().await;
        }
        let serving = serve::serve(api, self.ui_port).await?;
        let door = door.map(|door| door.url);
        if self.json {
            println!("{}", json!({ "event": "serving", "link": serving.link, "listening": door }));
        } else {
            println!("Open the inbox:  {}", serving.link);
            println!("The link works once, in one browser. Stop with Ctrl-C.");
            if let Some(door) = &door {
                eprintln!("Listening for chat services on {door}");
            }
        }
        stop.await?;
        serving.close().await
    }
}
