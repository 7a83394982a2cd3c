// Where things are kept ([storage]) and where the program may connect to ([outbound]).
#pragma once
#include <string>
#include <vector>

#include "base/protect.hpp"
#include "outbound/address_guard/address_guard.hpp"

namespace frontdesk::config {

/// Where calls, settings and recordings are kept, and what several machines share.
struct Storage {
  /// postgresql://user:password@host/name, which several machines may share; empty: a file in server.data.
  base::Secret database;
  base::Secret redis;  ///< an address, perhaps with a password; empty: this machine is alone
  // S3 is used if there is a bucket; else the data folder.
  std::string s3_bucket;
  std::string s3_endpoint;  ///< "https://minio.example:9000"; empty: Amazon's of the region
  std::string s3_region = "us-east-1";
  std::string s3_access_key;
  base::Secret s3_secret_key;
  base::Secret s3_session_token;
  std::string s3_prefix;      ///< before every key, ending in /
  bool s3_path_style = true;  ///< s3_style = "path": the bucket in the path; "host": before the host's name
  int keep_local_hours = 0;   ///< of recordings, on the machine that made them, once they are in the bucket
  int spool_gb = 20;          ///< how much may wait for S3 on the disk
  int keep_free_gb = 1;       ///< of the disk
  friend bool operator==(const Storage&, const Storage&) = default;
};

struct Outbound {
  std::vector<address_guard::Allowed> allowed_private;  ///< private addresses that may be connected to
  std::string ca_file;                                  ///< PEM; empty: the authorities of the system
  friend bool operator==(const Outbound&, const Outbound&) = default;
};

}  // namespace frontdesk::config
