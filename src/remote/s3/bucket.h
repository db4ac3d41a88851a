#pragma once

#include "remote/s3/client.h"
#include "remote/s3/local_copies.h"

namespace lab::remote::s3 {

/// `copies` must outlive it.
std::shared_ptr<RemoteBucket> open_bucket(std::shared_ptr<Client> client, LocalCopies& copies, std::string bucket);

}  // namespace lab::remote::s3
