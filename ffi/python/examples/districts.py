# What happened where: a notebook in cells, for an editor that knows `# %%`, or run as it is.
# BAIKOO_HOME is a coordinator's folder, BAIKOO_PASSPHRASE opens it.

# %% Unlock, fetch what is new, and lock again: the rest needs no key.
import asyncio
import os

import baikoo


async def fetch():
    async with await baikoo.unlock(os.environ["BAIKOO_HOME"], os.environ["BAIKOO_PASSPHRASE"]) as workspace:
        await workspace.sync()
        return await workspace.dataframe()


# In a notebook: `reports = await fetch()`.
reports = asyncio.run(fetch())
print(len(reports), "reports, from", reports["date"].min(), "to", reports["date"].max())

# %% People killed and hurt, by district. Where people still differ, the number is not to be summed.
agreed = reports[reports["conflicts"] == 0]
by_district = agreed.groupby("district", dropna=False)[["killed", "injured"]].sum().sort_values("killed")
print(by_district)

# %% What kinds of incidents there were. A report may have several.
print(reports.explode("types")["types"].value_counts())

# %% Which reports nobody has reviewed, the urgent ones first.
waiting = reports[reports["review"] == "new"].sort_values("urgent", ascending=False)
print(waiting[["title", "date", "author"]].to_string(max_colwidth=60))

# %% Numbers without names may leave.
by_district.to_csv("by-district.csv")
