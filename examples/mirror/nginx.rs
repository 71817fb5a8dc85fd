//! A real nginx, in the foreground, on a free port, with all its files in a temporary folder.

use std::{
    fs,
    net::{SocketAddr, TcpListener, TcpStream},
    path::{Path, PathBuf},
    process::{Child, Command, Output, Stdio},
    thread::sleep,
    time::Duration,
};

use sealwire_examples::Result;
use tempfile::TempDir;

const CONFIG: &str = include_str!("nginx.conf");

/// How to get it.
pub(crate) const MISSING: &str = "nginx is missing; on Debian, `apt-get install nginx` has it";

/// A running nginx, which is ended when this is dropped.
pub(crate) struct Nginx {
    program: PathBuf,
    process: Child,
    pub(crate) folder: TempDir,
    pub(crate) address: SocketAddr,
    /// What a client pins.
    pub(crate) certificate: String,
}

/// What nginx wrote down.
#[derive(Debug)]
pub(crate) struct Logs {
    pub(crate) access: String,
    pub(crate) errors: String,
}

/// Where nginx is, if it is there. Debian puts it into a folder that only root has in its `PATH`.
pub(crate) fn find() -> Option<PathBuf> {
    let path = std::env::var_os("PATH").unwrap_or_default();
    std::env::split_paths(&path)
        .chain([PathBuf::from("/usr/sbin")])
        .map(|folder| folder.join("nginx"))
        .find(|program| program.is_file())
}

impl Nginx {
    /// Starts it in front of `upstream`.
    pub(crate) fn start(upstream: SocketAddr) -> Result<Self> {
        let program = find().ok_or(MISSING)?;
        // Between our finding a free port and nginx taking it, somebody else may have taken it.
        let mut last = None;
        for _ in 0..5 {
            match Self::try_start(&program, upstream) {
                Ok(nginx) => return Ok(nginx),
                Err(error) => last = Some(error),
            }
        }
        Err(last.unwrap_or_else(|| "nginx was not started".into()))
    }

    fn try_start(program: &Path, upstream: SocketAddr) -> Result<Self> {
        let folder = TempDir::with_prefix("sealwire-mirror-")?;
        let address = TcpListener::bind("127.0.0.1:0")?.local_addr()?;
        let certificate = write_certificate(folder.path())?;
        let config = CONFIG
            .replace("{folder}", &folder.path().to_string_lossy())
            .replace("{address}", &address.to_string())
            .replace("{upstream}", &upstream.to_string());
        fs::write(folder.path().join("nginx.conf"), config)?;
        let process = command(program, folder.path()).spawn()?;
        let program = program.to_owned();
        let mut nginx = Self { program, process, folder, address, certificate };
        nginx.wait_until_it_listens()?;
        Ok(nginx)
    }

    fn wait_until_it_listens(&mut self) -> Result<()> {
        for _ in 0..1000 {
            if let Some(status) = self.process.try_wait()? {
                let errors = fs::read_to_string(self.folder.path().join("error.log"));
                return Err(format!("nginx: {status}: {}", errors.unwrap_or_default()).into());
            }
            if TcpStream::connect(self.address).is_ok() {
                return Ok(());
            }
            sleep(Duration::from_millis(10));
        }
        Err("nginx does not listen".into())
    }

    /// Ends it, so that all that it logged is on disk, and answers that.
    pub(crate) fn stop(mut self) -> Result<Logs> {
        let Output { status, stderr, .. } =
            command(&self.program, self.folder.path()).args(["-s", "quit"]).output()?;
        if !status.success() {
            return Err(String::from_utf8_lossy(&stderr).into_owned().into());
        }
        self.process.wait()?;
        let read = |name| fs::read_to_string(self.folder.path().join(name));
        Ok(Logs { access: read("access.log")?, errors: read("error.log")? })
    }
}

impl Drop for Nginx {
    fn drop(&mut self) {
        // Both fail if it has ended, which is all that is wanted.
        drop(self.process.kill());
        drop(self.process.wait());
    }
}

/// Its first lines of complaint would go to the folder that was compiled in, but for `-e`.
fn command(program: &Path, folder: &Path) -> Command {
    let mut command = Command::new(program);
    command.arg("-p").arg(folder).arg("-e").arg(folder.join("error.log"));
    command.arg("-c").arg(folder.join("nginx.conf")).stdin(Stdio::null()).stderr(Stdio::null());
    command
}

/// A certificate that nobody but who pins it has reason to trust.
fn write_certificate(folder: &Path) -> Result<String> {
    let certified = rcgen::generate_simple_self_signed(["shop.example".to_owned()])?;
    let certificate = certified.cert.pem();
    fs::write(folder.join("certificate.pem"), &certificate)?;
    fs::write(folder.join("key.pem"), certified.signing_key.serialize_pem())?;
    Ok(certificate)
}
